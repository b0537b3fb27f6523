package dev.marmoset.server.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.marmoset.server.tls.TlsSettings.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// The identity and the trust of a listener. New handshakes use what [#reload] read last; connections that stand are
/// not touched. Thread-safe, reloaded by one thread.
public final class ServerTls {
  private static final String ALIAS = "marmoset";

  private final TlsSettings settings;
  private volatile Loaded loaded;

  /// One state of the files.
  private record Loaded(Pems pems, X509ExtendedKeyManager keys, Optional<X509ExtendedTrustManager> trust,
      X509Certificate leaf) {}

  /// What stands in the files of certificate, key and authorities.
  private record Pems(String cert, String key, String clientCa) {
    static Pems read(TlsSettings settings) throws IOException {
      boolean asks = settings.clientAuth() != ClientAuth.NONE && settings.clientCa().isPresent();
      return new Pems(text(settings.cert()), text(settings.key()),
          asks ? text(settings.clientCa().orElseThrow()) : "");
    }

    private static String text(Path path) throws IOException {
      return Files.readString(path, ISO_8859_1);
    }

    /// Without the key.
    @Override
    public String toString() {
      return "Pems[" + cert.length() + " characters of certificates]";
    }
  }

  private ServerTls(TlsSettings settings, Loaded loaded) {
    this.settings = settings;
    this.loaded = loaded;
  }

  /// Reads the files.
  ///
  /// @throws IOException if one is missing or cannot be used
  public static ServerTls open(TlsSettings settings) throws IOException {
    return new ServerTls(settings, load(settings, Pems.read(settings)));
  }

  /// What was configured.
  public TlsSettings settings() {
    return settings;
  }

  /// Reads the files again if they changed.
  ///
  /// @return whether new handshakes use something new
  /// @throws IOException if they cannot be used, e.g. because the new certificate lies there but its key does not yet;
  ///                     what was read before stays in use
  public boolean reload() throws IOException {
    var pems = Pems.read(settings);
    if (loaded.pems.equals(pems)) {
      return false;
    }
    loaded = load(settings, pems);
    return true;
  }

  /// When the certificate in use ends, ms since the epoch.
  public long notAfterMillis() {
    return loaded.leaf.getNotAfter().getTime();
  }

  /// A context over [#keys] and [#trust].
  public SSLContext context() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(new X509ExtendedKeyManager[] {keys()}, new X509ExtendedTrustManager[] {trust()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has TLS", e);
    }
  }

  /// Shows the certificate that was read last.
  public X509ExtendedKeyManager keys() {
    return new CurrentKeys(() -> loaded.keys);
  }

  /// Trusts clients by the authorities that were read last; nobody without any.
  public X509ExtendedTrustManager trust() {
    return new CurrentTrust(() -> loaded.trust);
  }

  private static Loaded load(TlsSettings settings, Pems pems) throws IOException {
    var chain = PemFile.certificates(settings.cert(), pems.cert);
    var privateKey = PemFile.key(settings.key(), pems.key);
    try {
      var store = emptyStore();
      var noPassword = new char[0];
      store.setKeyEntry(ALIAS, privateKey, noPassword, chain);
      var factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, noPassword);
      if (!(factory.getKeyManagers()[0] instanceof X509ExtendedKeyManager keys)) {
        throw new IOException("this Java has no extended key manager");
      }
      checkPair(settings, chain[0], privateKey);
      return new Loaded(pems, keys, trust(settings, pems.clientCa), chain[0]);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "using the certificate " + settings.cert() + " with the key " + settings.key() + ": "
              + e.getMessage(),
          e);
    }
  }

  /// A renewal writes two files, one after the other; between them they do not belong together.
  private static void checkPair(TlsSettings settings, X509Certificate leaf, PrivateKey key)
      throws GeneralSecurityException, IOException {
    String algorithm = switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> "EdDSA";
    };
    byte[] message = {1};
    boolean belongs = leaf.getPublicKey().getAlgorithm().equals(key.getAlgorithm());
    if (belongs) {
      var signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(message);
      var verifier = Signature.getInstance(algorithm);
      verifier.initVerify(leaf.getPublicKey());
      verifier.update(message);
      belongs = verifier.verify(signer.sign());
    }
    if (!belongs) {
      throw new IOException(
          "the key " + settings.key() + " is not the key of the certificate " + settings.cert());
    }
  }

  private static Optional<X509ExtendedTrustManager> trust(TlsSettings settings, String clientCa)
      throws GeneralSecurityException, IOException {
    if (clientCa.isEmpty()) {
      return Optional.empty();
    }
    Path path = settings.clientCa().orElseThrow();
    var store = emptyStore();
    for (X509Certificate authority : PemFile.certificates(path, clientCa)) {
      store.setCertificateEntry(ALIAS + store.size(), authority);
    }
    var factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return factory.getTrustManagers()[0] instanceof X509ExtendedTrustManager trust ? Optional.of(trust)
        : Optional.empty();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}

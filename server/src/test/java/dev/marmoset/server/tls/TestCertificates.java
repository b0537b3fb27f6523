package dev.marmoset.server.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates made at test time by the JDK's keytool: self-signed for 127.0.0.1, EC keys.
public final class TestCertificates {
  private static final String PASSWORD = "changeit";

  private TestCertificates() {}

  /// A certificate, its key, and a store with both.
  public record Pair(Path cert, Path key, Path store) {}

  /// Makes `<name>.crt` and `<name>.key`, for the subject `CN=<name>`.
  public static Pair pair(Path directory, String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair", "-keyalg", "EC", "-groupname",
        "secp256r1", "-alias", name, "-dname", "CN=" + name,
        "-ext",
        "SAN=IP:127.0.0.1,DNS:localhost", "-ext", "BC=ca:true", "-validity", "2", "-storetype", "PKCS12",
        "-keystore",
        store.toString(), "-storepass", PASSWORD).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
    if (process.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
    var keys = load(store);
    return new Pair(
        write(directory.resolve(name + ".crt"), "CERTIFICATE", keys.getCertificate(name).getEncoded()),
        write(directory.resolve(name + ".key"), "PRIVATE KEY",
            keys.getKey(name, PASSWORD.toCharArray()).getEncoded()),
        store);
  }

  /// A client that trusts one and shows another.
  public static SSLContext context(Pair trusted, Pair own) throws Exception {
    var trust = TrustManagerFactory.getInstance("PKIX");
    var anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("a",
        PemFile.certificates(trusted.cert(), Files.readString(trusted.cert()))[0]);
    trust.init(anchors);
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(load(own.store()), PASSWORD.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore load(Path store) throws Exception {
    var keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static Path write(Path path, String kind, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(path,
        "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }
}

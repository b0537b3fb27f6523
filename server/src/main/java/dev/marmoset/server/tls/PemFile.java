package dev.marmoset.server.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// Certificates and keys in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)).
final class PemFile {
  private static final Pattern PKCS_8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private PemFile() {}

  /// All certificates, in their order.
  ///
  /// @throws IOException if there is none, or one cannot be read
  static X509Certificate[] certificates(Path path, String pem) throws IOException {
    try {
      var all = CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem.getBytes(ISO_8859_1)));
      if (all.isEmpty()) {
        throw new IOException("reading certificates from " + path + ": there is none");
      }
      return all.stream().map(X509Certificate.class::cast).toArray(X509Certificate[]::new);
    } catch (GeneralSecurityException e) {
      throw new IOException("reading certificates from " + path + ": " + e.getMessage(), e);
    }
  }

  /// The private key.
  ///
  /// @throws IOException if there is none in PKCS #8, it is encrypted, or of an unknown kind
  static PrivateKey key(Path path, String pem) throws IOException {
    var block = PKCS_8.matcher(pem);
    if (!block.find()) {
      throw new IOException("reading the private key from " + path
          + ": it is not an unencrypted PKCS #8 key (BEGIN PRIVATE KEY); convert it with: openssl pkcs8 -topk8 -nocrypt");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(block.group(1));
    } catch (IllegalArgumentException e) {
      throw new IOException("reading the private key from " + path + ": it is not base64", e);
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException _) {
        // Of another algorithm.
      } catch (GeneralSecurityException e) {
        throw new IOException("reading the private key from " + path + ": this Java has no " + algorithm, e);
      }
    }
    throw new IOException(
        "reading the private key from " + path + ": it is none of " + String.join(", ", ALGORITHMS));
  }
}

package dev.marmoset.server.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a listener speaks TLS. Immutable.
///
/// @param cert       PEM, the server's certificate first, then its chain
/// @param key        PEM, PKCS #8, not encrypted
/// @param clientCa   PEM, those who sign clients' certificates; present exactly when clients are asked for one
/// @param clientAuth whether a client must show a certificate
/// @param minVersion least version
/// @param maxVersion highest version
public record TlsSettings(Path cert, Path key, Optional<Path> clientCa, ClientAuth clientAuth,
    TlsVersion minVersion,
    TlsVersion maxVersion) {

  /// What is asked of clients.
  public enum ClientAuth {
    /// Nothing.
    NONE,
    /// A certificate that is shown must be good; none is good as well.
    IF_GIVEN,
    /// A good certificate.
    REQUIRED
  }

  /// Versions that are still safe.
  public enum TlsVersion {
    /// TLS 1.2.
    TLS_1_2("TLSv1.2"),
    /// TLS 1.3.
    TLS_1_3("TLSv1.3");

    private final String protocol;

    TlsVersion(String protocol) {
      this.protocol = protocol;
    }
  }

  /// Names of the versions, as the JDK has them.
  public String[] protocols() {
    List<String> protocols = new ArrayList<>();
    for (TlsVersion version : TlsVersion.values()) {
      if (version.compareTo(minVersion) >= 0 && version.compareTo(maxVersion) <= 0) {
        protocols.add(version.protocol);
      }
    }
    return protocols.toArray(String[]::new);
  }
}

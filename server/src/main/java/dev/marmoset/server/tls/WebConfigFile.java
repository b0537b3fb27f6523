package dev.marmoset.server.tls;

import dev.marmoset.server.tls.TlsSettings.ClientAuth;
import dev.marmoset.server.tls.TlsSettings.TlsVersion;
import dev.marmoset.server.yaml.StrictMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The TLS part of a Prometheus web configuration
/// ([exporter-toolkit](https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md)).
///
/// What is not supported is refused rather than ignored: most of it tightens security.
public final class WebConfigFile {
  private static final List<String> UNSUPPORTED =
      List.of("cipher_suites", "curve_preferences", "client_allowed_sans", "cert", "key", "client_ca");

  private WebConfigFile() {}

  /// The settings, or empty without `tls_server_config` or after a problem.
  ///
  /// @param directory of the file; paths in it are relative to it
  public static Optional<TlsSettings> read(StrictMap document, Path directory) {
    return document.map("tls_server_config").flatMap(tls -> {
      var settings = settings(tls, directory);
      tls.end();
      return settings;
    });
  }

  private static Optional<TlsSettings> settings(StrictMap tls, Path directory) {
    for (String key : UNSUPPORTED) {
      if (!tls.texts(key).isEmpty()) {
        tls.problem(key + " is not supported");
      }
    }
    // Without effect in Go as well since 1.17.
    tls.text("prefer_server_cipher_suites");
    var cert = tls.text("cert_file").map(directory::resolve);
    var key = tls.text("key_file").map(directory::resolve);
    var clientCa = tls.text("client_ca_file").map(directory::resolve);
    var clientAuth = clientAuth(tls);
    var min = version(tls, "min_version", TlsVersion.TLS_1_2);
    var max = version(tls, "max_version", TlsVersion.TLS_1_3);
    if (cert.isEmpty() || key.isEmpty()) {
      tls.problem("cert_file and key_file are needed");
      return Optional.empty();
    }
    if (clientCa.isPresent() != (clientAuth != ClientAuth.NONE)) {
      tls.problem("client_ca_file and a client_auth_type other than NoClientCert go together");
    }
    if (min.compareTo(max) > 0) {
      tls.problem("min_version is above max_version");
    }
    return Optional.of(new TlsSettings(cert.get(), key.get(), clientCa, clientAuth, min, max));
  }

  private static ClientAuth clientAuth(StrictMap tls) {
    return switch (tls.text("client_auth_type").orElse("NoClientCert")) {
      case "NoClientCert" -> ClientAuth.NONE;
      case "VerifyClientCertIfGiven" -> ClientAuth.IF_GIVEN;
      case "RequireAndVerifyClientCert" -> ClientAuth.REQUIRED;
      default -> {
        tls.problem(
            "client_auth_type is none of NoClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert;"
                + " certificates that nobody verifies are not asked for");
        yield ClientAuth.REQUIRED;
      }
    };
  }

  private static TlsVersion version(StrictMap tls, String key, TlsVersion otherwise) {
    return switch (tls.text(key).orElse("")) {
      case "" -> otherwise;
      case "TLS12" -> TlsVersion.TLS_1_2;
      case "TLS13" -> TlsVersion.TLS_1_3;
      default -> {
        tls.problem(key + " is none of TLS12, TLS13");
        yield otherwise;
      }
    };
  }
}

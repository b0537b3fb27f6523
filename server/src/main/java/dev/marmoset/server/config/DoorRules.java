package dev.marmoset.server.config;

import dev.marmoset.server.auth.AuthConfig;
import dev.marmoset.server.auth.AuthFile;
import dev.marmoset.server.config.ConfigLoader.Values;
import dev.marmoset.server.tls.ServerTls;
import dev.marmoset.server.tls.TlsSettings;
import dev.marmoset.server.tls.TlsSettings.ClientAuth;
import dev.marmoset.server.tls.TlsSettings.TlsVersion;
import dev.marmoset.server.tls.WebConfigFile;
import dev.marmoset.server.yaml.StrictMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what locks the listeners: credentials and TLS. Confined to one load.
final class DoorRules {
  private final Values values;
  private final Map<String, String> environment;
  private final List<String> problems;

  /// @param problems receives what is wrong, never with a secret in it
  DoorRules(Values values, Map<String, String> environment, List<String> problems) {
    this.values = values;
    this.environment = environment;
    this.problems = problems;
  }

  /// The locks; without any configuration open doors.
  ServerConfig.Doors read() {
    var auth = auth();
    var httpAuth = auth;
    var httpTls = Optional.<TlsSettings>empty();
    var document = webConfig();
    if (document.isPresent()) {
      var web = document.get();
      httpTls = usable("--" + Flags.HTTP_CONFIG.name(), WebConfigFile.read(web, webDirectory()));
      httpAuth = auth.with(AuthFile.webUsers(web));
      for (String key : List.of("http_server_config", "rate_limit")) {
        web.map(key).ifPresent(_ -> web.problem(key + " is not supported"));
      }
      web.end();
    }
    return new ServerConfig.Doors(httpAuth, auth, httpTls, usable("--grpc-server-tls-cert", grpcTls()));
  }

  private AuthConfig auth() {
    String inline = values.of(Flags.AUTH_CONFIG);
    var file = values.of(Flags.AUTH_CONFIG_FILE);
    if (!inline.isEmpty() && file.isPresent()) {
      problems.add("--auth.config and --auth.config-file are both given; only one may be");
      return AuthConfig.OPEN;
    }
    Optional<StrictMap> document = inline.isEmpty()
        ? file.flatMap(path -> document("--auth.config-file", path))
        : StrictMap.parse("--auth.config", inline, environment, problems);
    return document.map(AuthFile::read).orElse(AuthConfig.OPEN);
  }

  private Optional<StrictMap> webConfig() {
    if (values.of(Flags.HTTP_CONFIG).isPresent() && values.of(Flags.WEB_CONFIG_FILE).isPresent()) {
      problems.add("--http.config and --web.config.file are both given; they mean the same");
      return Optional.empty();
    }
    return webPath().flatMap(path -> document(
        values.of(Flags.HTTP_CONFIG).isPresent() ? "--http.config" : "--web.config.file", path));
  }

  private Optional<Path> webPath() {
    return values.of(Flags.HTTP_CONFIG).or(() -> values.of(Flags.WEB_CONFIG_FILE));
  }

  private Path webDirectory() {
    return webPath().map(Path::toAbsolutePath).map(Path::getParent).orElse(Path.of("/"));
  }

  private Optional<StrictMap> document(String flag, Path path) {
    try {
      return StrictMap.parse(path.toString(), Files.readString(path), environment, problems);
    } catch (IOException e) {
      problems.add(flag + ": reading " + path + ": " + e);
      return Optional.empty();
    }
  }

  private Optional<TlsSettings> grpcTls() {
    var cert = values.of(Flags.GRPC_TLS_CERT);
    var key = values.of(Flags.GRPC_TLS_KEY);
    var clientCa = values.of(Flags.GRPC_TLS_CLIENT_CA);
    if (cert.isPresent() != key.isPresent()) {
      problems.add("--grpc-server-tls-cert and --grpc-server-tls-key go together");
      return Optional.empty();
    }
    if (cert.isEmpty() && clientCa.isPresent()) {
      problems.add("--grpc-server-tls-client-ca needs --grpc-server-tls-cert and --grpc-server-tls-key");
    }
    var min = values.of(Flags.GRPC_TLS_MIN_VERSION).equals("1.2") ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3;
    return cert.map(path -> new TlsSettings(path, key.orElseThrow(), clientCa,
        clientCa.isPresent() ? ClientAuth.REQUIRED : ClientAuth.NONE, min, TlsVersion.TLS_1_3));
  }

  /// Tries the files, so that a check of the configuration finds what a start would find.
  private Optional<TlsSettings> usable(String flag, Optional<TlsSettings> settings) {
    settings.ifPresent(tls -> {
      try {
        ServerTls.open(tls);
      } catch (IOException e) {
        problems.add(flag + ": " + (e.getClass() == IOException.class ? e.getMessage() : e.toString()));
      }
    });
    return settings;
  }
}

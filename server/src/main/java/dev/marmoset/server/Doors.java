package dev.marmoset.server;

import dev.marmoset.server.auth.Gatekeeper;
import dev.marmoset.server.config.ServerConfig;
import dev.marmoset.server.http.HttpServer;
import dev.marmoset.server.tls.ServerTls;
import dev.marmoset.server.tls.TlsSettings;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The locks of both listeners. Reloaded by one thread.
final class Doors {
  /// Time between two looks at the certificates' files; a renewal counts after this.
  static final Duration RELOAD = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Doors.class);

  private final HttpServer.Security http;
  private final Optional<ServerTls> grpcTls;
  private final RpcGuard rpcGuard;
  private String lastProblem = "";

  /// @throws StartException if certificates cannot be read
  Doors(ServerConfig.Doors config, InstantSource clock, SecureRandom random, MeterRegistry meters)
      throws StartException {
    this.http = new HttpServer.Security(new Gatekeeper(config.httpAuth(), clock, random),
        open("http", config.httpTls(), meters));
    this.grpcTls = open("grpc", config.grpcTls(), meters);
    this.rpcGuard = new RpcGuard(new Gatekeeper(config.grpcAuth(), clock, random), meters);
  }

  HttpServer.Security http() {
    return http;
  }

  Optional<ServerTls> grpcTls() {
    return grpcTls;
  }

  ServerInterceptor rpcGuard() {
    return rpcGuard;
  }

  /// Takes renewed certificates.
  void reload() {
    String problem = reload("http", http.tls()) + reload("grpc", grpcTls);
    if (!problem.equals(lastProblem) && !problem.isEmpty()) {
      LOG.atWarn().addKeyValue("err", problem).log("the certificates read before stay in use");
    }
    lastProblem = problem;
  }

  private static String reload(String door, Optional<ServerTls> tls) {
    if (tls.isEmpty()) {
      return "";
    }
    try {
      if (tls.get().reload()) {
        LOG.atInfo().addKeyValue("component", door)
            .addKeyValue("not_after", Instant.ofEpochMilli(tls.get().notAfterMillis()))
            .log("certificate renewed");
      }
      return "";
    } catch (IOException e) {
      return door + ": " + e + " ";
    }
  }

  private static Optional<ServerTls> open(String door, Optional<TlsSettings> settings, MeterRegistry meters)
      throws StartException {
    if (settings.isEmpty()) {
      return Optional.empty();
    }
    try {
      var tls = ServerTls.open(settings.get());
      Gauge.builder("marmoset.certificate.not.after", tls, t -> t.notAfterMillis() / 1000.0)
          .baseUnit("seconds")
          .description("when the certificate in use ends, since the epoch").tag("door", door)
          .register(meters);
      return Optional.of(tls);
    } catch (IOException e) {
      throw new StartException(ExitCode.BAD_CONFIGURATION, "reading the certificates of " + door + ": " + e,
          e);
    }
  }
}

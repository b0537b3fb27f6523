package dev.marmoset.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Function;

/// Metrics that say what this process is and how it is.
final class ServerMetrics {
  ServerMetrics(MeterRegistry registry, BuildInfo build, ReplicaIdentity identity, Readiness readiness) {
    Gauge.builder("marmoset.build.info", () -> 1).description("what was built from what; always 1")
        .tag("version", build.version()).tag("revision", build.revision()).tag("branch", build.branch())
        .tag("javaversion", build.java()).register(registry);
    Gauge.builder("marmoset.info", () -> 1).description("which process this is; always 1")
        .tag("incarnation", identity.incarnation()).tag("task_id", identity.taskId().orElse(""))
        .tag("replica", identity.value()).register(registry);
    status(registry, readiness, "healthy", Readiness::notHealthy);
    status(registry, readiness, "ready", Readiness::notReady);
    status(registry, readiness, "writable", Readiness::notWritable);
  }

  private static void status(MeterRegistry registry, Readiness readiness, String check,
      Function<Readiness, Optional<String>> problem) {
    Gauge.builder("thanos.status", readiness, r -> problem.apply(r).isEmpty() ? 1 : 0)
        .description("whether a check passes").tag("component", "receive").tag("check", check)
        .register(registry);
  }
}

package dev.marmoset.server.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// The `process_*` metrics of every Prometheus client library, and the JVM's own.
public final class ProcessMetrics implements AutoCloseable {
  /// Linux only; elsewhere the memory gauges are absent.
  private static final Path STATUS = Path.of("/proc/self/status");

  private final JvmGcMetrics collections = new JvmGcMetrics();

  /// Registers everything.
  public ProcessMetrics(MeterRegistry registry) {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    var runtime = ManagementFactory.getRuntimeMXBean();
    Gauge.builder("process.start.time", runtime, r -> r.getStartTime() / 1000.0).baseUnit("seconds")
        .description("start of the process, seconds since the epoch").register(registry);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      FunctionCounter.builder("process.cpu", unix, u -> u.getProcessCpuTime() / 1e9).baseUnit("seconds")
          .description("CPU time of the process, user and system").register(registry);
      Gauge.builder("process.open.fds", unix, UnixOperatingSystemMXBean::getOpenFileDescriptorCount)
          .description("open file descriptors").register(registry);
      Gauge.builder("process.max.fds", unix, UnixOperatingSystemMXBean::getMaxFileDescriptorCount)
          .description("most file descriptors that may be open").register(registry);
    }
    if (Files.isReadable(STATUS)) {
      memory(registry, "process.resident.memory", "memory of the process that is in RAM", "VmRSS:");
      memory(registry, "process.virtual.memory", "address space of the process", "VmSize:");
    }
  }

  @Override
  public void close() {
    collections.close();
  }

  private static void memory(MeterRegistry registry, String name, String description, String field) {
    Gauge.builder(name, field, ProcessMetrics::statusBytes).baseUnit("bytes").description(description)
        .strongReference(true).register(registry);
  }

  /// A field of `/proc/self/status`, which is in KiB: `VmRSS:     12345 kB`.
  private static double statusBytes(String field) {
    try (var lines = Files.lines(STATUS)) {
      return lines.filter(line -> line.startsWith(field)).findFirst()
          .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024.0).orElse(Double.NaN);
    } catch (IOException _) {
      return Double.NaN;
    }
  }
}

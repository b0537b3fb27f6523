package dev.marmoset.server;

import dev.marmoset.server.config.ServerConfig;
import dev.marmoset.storage.tsdb.TsdbOptions;
import dev.marmoset.storage.window.LateSamples;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Fills in what the configuration leaves to the machine: scratch directory, commit interval, memory.
///
/// @param options    complete
/// @param fileSystem type of the file system of the data directory, as the system names it
record StorageSetup(TsdbOptions options, String fileSystem) {
  /// A network file system forces in some 10 ms and is billed by the write; a local disk does neither.
  private static final Duration LOCAL_COMMIT = Duration.ofMillis(20);
  private static final Duration NETWORK_COMMIT = Duration.ofSeconds(1);
  /// Share of the memory for series and open chunks off-heap. Half is heap by default; of the smallest task, 512 MB,
  /// the rest is what the JVM itself takes and the page cache needs.
  private static final double MEMORY_SHARE = 0.3;
  private static final long MIB = 1 << 20;

  /// Looks at the machine.
  ///
  /// @param version of the program
  /// @throws IOException if no existing directory above the data path can be looked at
  static StorageSetup of(ServerConfig server, String version) throws IOException {
    var config = server.tsdb();
    String fileSystem = fileSystem(config.path());
    var commit = config.commitInterval().orElse(fileSystem.startsWith("nfs") ? NETWORK_COMMIT : LOCAL_COMMIT);
    var scratch = config.scratchPath().orElseGet(
        () -> Path.of(System.getProperty("java.io.tmpdir"), "marmoset-" + System.getProperty("user.name")));
    long memory = config.memoryLimit().orElseGet(() -> ((long) (machineMemory() * MEMORY_SHARE)) & -MIB);
    var options = new TsdbOptions(config.path(), scratch, version, commit, config.maxSeries(), memory,
        config.maxExemplars(),
        fileSystem.startsWith("nfs"), windows(server));
    return new StorageSetup(options, fileSystem);
  }

  private static WindowOptions windows(ServerConfig server) {
    ServerConfig.Windows windows = server.windows();
    return new WindowOptions(server.identity().externalLabels(), server.tsdb().outOfOrderWindow(),
        windows.cutDelay(),
        windows.publishesLate() ? LateSamples.PATCH : LateSamples.WAIT, windows.retention(),
        windows.maxBytes(),
        server.bucket().settings().isPresent() && windows.keepsUnuploaded());
  }

  private static String fileSystem(Path path) throws IOException {
    Path existing = path.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return Files.getFileStore(existing).type();
  }

  /// Of the container, if there is one; the JVM reads its control group.
  private static long machineMemory() {
    return ManagementFactory
        .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : Runtime.getRuntime().maxMemory();
  }
}

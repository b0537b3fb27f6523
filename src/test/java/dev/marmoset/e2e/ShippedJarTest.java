package dev.marmoset.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only the shipped jar can lack: tests in this JVM have the libraries of the tests as well.
class ShippedJarTest {
  private static final int PATIENCE_SECONDS = 120;

  @TempDir
  Path dir;

  @Test
  void itSignsItsRequestsToABucket() throws Exception {
    Files.createDirectories(dir.resolve("s3/bucket"));
    try (var s3 = S3Server.start(dir.resolve("s3"))) {
      Path configuration = Files.writeString(dir.resolve("bucket.yaml"), s3.configuration("bucket"));
      Path output = dir.resolve("output");
      var command = new ArrayList<>(MarmosetProcess.program());
      command.addAll(List.of("blocks", "list", "--output=json", "--objstore.config-file=" + configuration));
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
      try {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(command + " ends").isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
      } finally {
        process.destroyForcibly();
      }
    }
  }
}

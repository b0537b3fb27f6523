package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockWriterTest {
  @TempDir
  Path dir;

  @Test
  void writesTheGoldenBlockByteForByte() throws IOException {
    try (var writer = new BlockWriter(new LocalFileSystem(), dir, GoldenBlock.plan(), dir, BlockWriterOptions.DEFAULT)) {
      for (GoldenBlock.Series series : GoldenBlock.series()) {
        writer.add(series.labels(), series.chunks());
      }
      writer.finish();
    }
    Path block = dir.resolve(GoldenBlock.ULID.toString());
    assertThat(block.resolve("chunks/000001")).hasSameBinaryContentAs(GoldenBlock.directory().resolve("chunks/000001"));
    assertThat(block.resolve("index")).hasSameBinaryContentAs(GoldenBlock.directory().resolve("index"));
  }
}

package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A million series; passes in a heap of 160 MiB, most of which is for the million distinct label values.
@Tag("long")
class LargeBlockTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();
  private static final int SERIES = 1_000_000;

  @TempDir
  Path dir;

  @Test
  void writesReadsAndVerifiesAMillionSeries() throws IOException {
    List<Chunk> chunks = BlockData.floats(new Random(1), 40);
    try (var writer = new BlockWriter(FILES, dir, BlockData.plan(), dir, BlockWriterOptions.DEFAULT)) {
      for (int i = 0; i < SERIES; i++) {
        writer.add(Labels.of("__name__", "m%04d".formatted(i / 1000), "id", "%07d".formatted(i), "job",
            "node", "zone", "z" + i % 3), chunks);
      }
      assertThat(writer.finish().stats().series()).isEqualTo(SERIES);
    }
    Path directory = dir.resolve(GoldenBlock.ULID.toString());
    try (Block block = Block.open(FILES, SealedFiles.mapped(), directory);
        Querier querier = block.querier(TimeRange.ALL).orElseThrow()) {
      var zone = List.<Matcher>of(new Matcher.Equal("__name__", "m0500"), new Matcher.NotEqual("zone", "z1"));
      assertThat(BlockTest.all(querier, zone)).hasSize(667);
      assertThat(querier.labelValues("id", List.of(new Matcher.Equal("id", "0999999"))))
          .containsExactly("0999999");
      int count = 0;
      for (var set = querier.select(List.of()); set.next();) {
        count++;
      }
      assertThat(count).isEqualTo(SERIES);
    }
    assertThat(new BlockVerifier(FILES, SealedFiles.mapped(), directory, (_, _) -> {}).verify()).isEmpty();
  }
}

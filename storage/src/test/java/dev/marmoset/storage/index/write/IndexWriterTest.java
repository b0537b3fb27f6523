package dev.marmoset.storage.index.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.index.read.IndexReader;
import dev.marmoset.storage.index.read.SeriesEntry;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.ScratchFile;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.SequentialOutput;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexWriterTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();

  @TempDir
  Path dir;

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 99, 1000})
  void writesTheSameBytesHoweverLittleMemoryPostingsGet(int budget) throws IOException {
    assertThat(write("small", budget)).hasSameBinaryContentAs(write("large", IndexWriter.POSTINGS_BUDGET));
  }

  @Test
  void readsBackSeriesWhoseEntriesExceedTheFirstRead() throws IOException {
    Path path = dir.resolve("index");
    var labels = Labels.of("a", "x".repeat(100));
    try (var out = new SequentialOutput(FILES.create(path), false);
        var writer = new IndexWriter(out, scratch("large-entry"))) {
      var chunks = new ArrayList<ChunkMeta>();
      for (int i = 0; i < 5000; i++) {
        chunks.add(new ChunkMeta(10L * i, 10L * i + 5, (i < 2500 ? 0 : 1L << 32) + 8 + 300L * (i % 2500)));
      }
      writer.add(labels, chunks);
      writer.finish();
      out.force();
    }
    try (IndexReader reader = IndexReader.open(SealedFiles.mapped().open(path))) {
      var entry = new SeriesEntry();
      reader.read(reader.select(List.of()).cursor().next(), entry);
      assertThat(reader.labels(entry)).isEqualTo(labels);
      assertThat(entry.chunkCount()).isEqualTo(5000);
      assertThat(entry.maxTime(4999)).isEqualTo(49_995);
      assertThat(entry.chunkRef(4999)).isEqualTo((1L << 32) + 8 + 300 * 2499);
    }
  }

  @Test
  void keepsTheWholeRangeOfTimes() throws IOException {
    Path path = dir.resolve("index");
    try (var out = new SequentialOutput(FILES.create(path), false);
        var writer = new IndexWriter(out, scratch("times"))) {
      writer.add(Labels.of("a", "b"),
          List.of(new ChunkMeta(Long.MIN_VALUE, -1, 8), new ChunkMeta(0, Long.MAX_VALUE, 100)));
      writer.finish();
      out.force();
    }
    try (IndexReader reader = IndexReader.open(SealedFiles.mapped().open(path))) {
      var entry = new SeriesEntry();
      reader.read(reader.select(List.of()).cursor().next(), entry);
      assertThat(List.of(entry.minTime(0), entry.maxTime(0), entry.minTime(1), entry.maxTime(1)))
          .containsExactly(Long.MIN_VALUE, -1L, 0L,
              Long.MAX_VALUE);
    }
  }

  @Test
  void refusesRefsThatGoBack() throws IOException {
    try (var out = new SequentialOutput(FILES.create(dir.resolve("index")), false);
        var writer = new IndexWriter(out, scratch("refs"))) {
      writer.add(Labels.of("a", "a"), List.of(new ChunkMeta(1, 2, 100)));
      assertThatThrownBy(() -> writer.add(Labels.of("a", "b"), List.of(new ChunkMeta(1, 2, 99))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("before ref 100");
      assertThatThrownBy(() -> writer.add(Labels.EMPTY, List.of(new ChunkMeta(1, 2, 100))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private Path write(String name, int budget) throws IOException {
    Path path = dir.resolve(name);
    Files.deleteIfExists(path);
    try (var out = new SequentialOutput(FILES.create(path), true);
        var writer = new IndexWriter(out, scratch(name), budget)) {
      for (int i = 0; i < 3000; i++) {
        var labels = Labels.of("__name__", "m%04d".formatted(i / 3), "i", Integer.toString(i % 3), "shared",
            "all", "some", "v" + i % 17);
        writer.add(labels, List.of(new ChunkMeta(0, 1000 + i, 8 + 100L * i)));
      }
      writer.finish();
      out.force();
    }
    return path;
  }

  private ScratchFile scratch(String name) {
    return new ScratchFile(dir.resolve(name + ".series"));
  }
}

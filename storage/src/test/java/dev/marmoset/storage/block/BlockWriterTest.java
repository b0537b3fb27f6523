package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockWriterTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();
  private static final Labels SERIES = Labels.of("__name__", "up");

  @TempDir
  Path dir;

  @Test
  void writesTheGoldenBlockByteForByte() throws IOException {
    try (var writer = new BlockWriter(FILES, dir, GoldenBlock.plan(), dir, BlockWriterOptions.DEFAULT)) {
      for (GoldenBlock.Series series : GoldenBlock.series()) {
        writer.add(series.labels(), series.chunks());
      }
      writer.finish();
    }
    Path block = dir.resolve(GoldenBlock.ULID.toString());
    assertThat(block.resolve("chunks/000001"))
        .hasSameBinaryContentAs(GoldenBlock.directory().resolve("chunks/000001"));
    assertThat(block.resolve("index")).hasSameBinaryContentAs(GoldenBlock.directory().resolve("index"));
    BlockMeta golden = BlockMetaFormat.decode(GoldenBlock.directory(),
        Files.readAllBytes(GoldenBlock.directory().resolve("meta.json")));
    BlockMeta.Stats split = new BlockMeta.Stats(24_000, 24_000, 0, 50, 200, 0);
    assertThat(BlockMetaFormat.decode(block, Files.readAllBytes(block.resolve("meta.json"))))
        .isEqualTo(golden.withStats(split));
  }

  @Test
  void leavesNothingButTheBlock() throws IOException {
    BlockData.write(dir, Map.of(SERIES, BlockData.floats(new Random(1), 300)), BlockWriterOptions.DEFAULT);
    assertThat(FILES.list(dir)).containsExactly(GoldenBlock.ULID.toString());
    assertThat(FILES.list(dir.resolve(GoldenBlock.ULID.toString()))).containsExactly("chunks", "index",
        "meta.json");
  }

  @Test
  void readsBackFloatsAndHistogramsOverSeveralSegments() throws IOException {
    var series = new TreeMap<Labels, List<Chunk>>(BlockData.random(new Random(2), 40));
    series.put(Labels.of("__name__", "h", "kind", "integer"), BlockData.histograms(300, false, 0));
    series.put(Labels.of("__name__", "h", "kind", "float"), BlockData.histograms(300, true, 3));
    series.put(Labels.of("__name__", "h", "kind", "custom"), BlockData.histograms(150, false, -53));
    Path block = BlockData.write(dir, series, new BlockWriterOptions(20_000, true));
    assertThat(FILES.list(block.resolve("chunks"))).hasSizeGreaterThan(3);
    try (Block open = Block.open(FILES, SealedFiles.mapped(), block);
        Querier querier = open.querier(TimeRange.ALL).orElseThrow()) {
      assertThat(BlockTest.all(querier, List.of()).entrySet()).containsExactlyElementsOf(series.entrySet());
      assertThat(open.meta().stats().histogramSamples()).isEqualTo(750);
    }
    assertThat(new BlockVerifier(FILES, SealedFiles.mapped(), block, (_, _) -> {}).verify()).isEmpty();
  }

  @Test
  void statesFilesSizesAndHashesForThanos() throws IOException {
    Path block = BlockData.write(dir, Map.of(SERIES, BlockData.floats(new Random(3), 300)),
        new BlockWriterOptions(1 << 20, true));
    ThanosMeta thanos = Block.readMeta(FILES, block).thanos().orElseThrow();
    assertThat(thanos.segmentFiles()).containsExactly("000001");
    assertThat(thanos.files()).extracting(ThanosMeta.FileEntry::path).containsExactly("chunks/000001",
        "index", "meta.json");
    assertThat(thanos.files().getFirst().bytes().orElseThrow())
        .isEqualTo(Files.size(block.resolve("chunks/000001")));
    assertThat(thanos.files().getFirst().sha256().orElseThrow()).hasSize(64);
    assertThat(thanos.source()).isEqualTo("receive");
    assertThat(thanos.indexStats().chunkMaxSize()).isBetween(900L, 2300L);
    assertThat(thanos.indexStats().seriesMaxSize()).isBetween(16L, 80L);
  }

  @Test
  void refusesSeriesOutOfOrder() throws IOException {
    List<Chunk> chunks = BlockData.floats(new Random(4), 10);
    try (var writer = writer()) {
      writer.add(Labels.of("a", "🚀"), chunks);
      assertThatThrownBy(() -> writer.add(Labels.of("a", "\uE000"), chunks))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is not after");
    }
    assertThat(FILES.list(dir)).isEmpty();
  }

  @Test
  void refusesChunksOutsideTheRangeOrOutOfOrder() throws IOException {
    List<Chunk> chunks = BlockData.floats(new Random(5), 300);
    var late = new Chunk(chunks.getFirst().encoding(), GoldenBlock.END - 1, GoldenBlock.END,
        chunks.getFirst().data());
    try (var writer = writer()) {
      assertThatThrownBy(() -> writer.add(SERIES, List.of(late))).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ms: series");
      assertThatThrownBy(() -> writer.add(SERIES, chunks.reversed()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.add(SERIES, List.of())).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no chunk");
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no series");
    }
  }

  @Test
  void forcesEveryFileBeforeTheRenameAndMetaLast() throws IOException {
    var files = new RecordingFileSystem(FILES, dir);
    try (var writer = new BlockWriter(files, dir, BlockData.plan(), dir, BlockWriterOptions.DEFAULT)) {
      writer.add(SERIES, BlockData.floats(new Random(6), 10));
      writer.finish();
    }
    String temporary = GoldenBlock.ULID + ".tmp-for-creation";
    assertThat(files.operations()).containsExactly("create " + temporary + "/index",
        "create " + temporary + "/chunks/000001",
        "force " + temporary + "/chunks/000001", "forceDirectory " + temporary + "/chunks",
        "force " + temporary + "/index",
        "create " + temporary + "/meta.json", "force " + temporary + "/meta.json",
        "forceDirectory " + temporary,
        "rename " + temporary + " to " + GoldenBlock.ULID, "forceDirectory ");
  }

  @Test
  void isThereCompletelyOrNotAtAllWhereverTheVolumeGoesAway() throws IOException {
    int operations = 10;
    for (int count = 0; count < operations; count++) {
      Path blocks = Files.createDirectory(dir.resolve("blocks-" + count));
      var files = new RecordingFileSystem(FILES, dir).failingAfter(count);
      assertThatThrownBy(() -> {
        try (var writer = new BlockWriter(files, blocks, BlockData.plan(), dir, BlockWriterOptions.DEFAULT)) {
          writer.add(SERIES, BlockData.floats(new Random(8), 300));
          writer.finish();
        }
      }).isInstanceOf(IOException.class).hasMessageContaining("the volume is gone");
      List<BlockCatalog.Entry> found = new BlockCatalog(FILES).list(blocks);
      assertThat(found).as("failing after " + count).hasSize(count == operations - 1 ? 1 : 0);
      for (BlockCatalog.Entry entry : found) {
        assertThat(new BlockVerifier(FILES, SealedFiles.mapped(), entry.directory(), (_, _) -> {}).verify())
            .isEmpty();
      }
    }
  }

  private BlockWriter writer() throws IOException {
    return new BlockWriter(FILES, dir, BlockData.plan(), dir, BlockWriterOptions.DEFAULT);
  }
}

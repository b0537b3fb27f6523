package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.PageCache;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();

  @Test
  void readsTheGoldenBlockMapped() throws IOException {
    assertGolden(SealedFiles.mapped());
  }

  @Test
  void readsTheGoldenBlockThroughThePageCache() throws IOException {
    assertGolden(SealedFiles.cached(FILES, new PageCache(1)));
  }

  @Test
  void readsTheGoldenBlockDirectly() throws IOException {
    assertGolden(SealedFiles.direct(FILES));
  }

  private static void assertGolden(SealedFiles access) throws IOException {
    var expected = new LinkedHashMap<Labels, List<Chunk>>();
    GoldenBlock.series().forEach(series -> expected.put(series.labels(), series.chunks()));
    try (Block block = Block.open(FILES, access, GoldenBlock.directory());
        Querier querier = block.querier(TimeRange.ALL).orElseThrow()) {
      assertThat(all(querier, List.of()).entrySet()).containsExactlyElementsOf(expected.entrySet());
    }
  }

  @Test
  void selectsWholeChunksThatOverlapTheRange() throws IOException {
    var range = new TimeRange(GoldenBlock.START + 1_785_001, GoldenBlock.START + 3_600_000);
    try (Block block = open(); Querier querier = block.querier(range).orElseThrow()) {
      var selected = all(querier, List.of(new Matcher.Equal("i", "14")));
      assertThat(selected.values()).singleElement()
          .satisfies(chunks -> assertThat(chunks).extracting(Chunk::minTime)
              .containsExactly(GoldenBlock.START + 1_800_000, GoldenBlock.START + 3_600_000));
    }
  }

  @Test
  void selectsNothingBetweenTwoChunks() throws IOException {
    var gap = new TimeRange(GoldenBlock.START + 1_785_001, GoldenBlock.START + 1_799_999);
    try (Block block = open(); Querier querier = block.querier(gap).orElseThrow()) {
      assertThat(querier.select(List.of()).next()).isFalse();
      assertThat(querier.labelNames(List.of())).isEmpty();
      assertThat(querier.labelValues("i", List.of())).isEmpty();
    }
  }

  @Test
  void answersLabelNamesAndValuesOfSelectedSeries() throws IOException {
    try (Block block = open(); Querier querier = block.querier(TimeRange.ALL).orElseThrow()) {
      assertThat(querier.labelNames(List.of())).containsExactly("__name__", "i", "weird name");
      assertThat(querier.labelValues("weird name", List.of())).containsExactly("v\"é");
      assertThat(querier.labelValues("i", List.of(new Matcher.Equal("__name__", "m0_total"))))
          .containsExactly("0", "14", "21", "28", "35", "42", "49", "7");
      assertThat(querier.labelNames(List.of(new Matcher.Equal("i", "51")))).isEmpty();
      assertThat(querier.labelValues("unknown", List.of(new Matcher.Equal("i", "1")))).isEmpty();
    }
  }

  @Test
  void keepsItsFilesForAReaderThatIsUnderWay() throws IOException {
    Block block = open();
    Querier querier = block.querier(TimeRange.ALL).orElseThrow();
    block.close();
    assertThat(block.querier(TimeRange.ALL)).isEmpty();
    assertThat(all(querier, List.of())).hasSize(50);
    querier.close();
    querier.close();
  }

  private static Block open() throws IOException {
    return Block.open(FILES, SealedFiles.mapped(), GoldenBlock.directory());
  }

  static Map<Labels, List<Chunk>> all(Querier querier, List<Matcher> matchers) throws IOException {
    var all = new LinkedHashMap<Labels, List<Chunk>>();
    var set = querier.select(matchers);
    while (set.next()) {
      ChunkSeries series = set.series();
      all.put(series.labels(), series.chunks());
    }
    return all;
  }
}

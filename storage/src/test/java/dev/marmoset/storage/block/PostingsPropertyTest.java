package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.PageCache;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Selections of a block against the same selections over a map.
class PostingsPropertyTest {
  private static final List<String> PATTERNS = List.of(".*", ".+", "", "a|b", "(a|ab)", "a.*", "prod-.*",
      "prod-(eu|us)", "[0-9]+", "x y", "🚀|é", "nothing",
      "a?b", "|a", "\uE000.*", "1.*|9");

  @TempDir
  Path dir;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void selectsWhatEveryMatcherAccepts(long seed) throws Exception {
    var random = new Random(seed);
    Map<Labels, List<Chunk>> series = BlockData.random(random, 120);
    Path directory = BlockData.write(dir, series, BlockWriterOptions.DEFAULT);
    SealedFiles access = seed % 2 == 0 ? SealedFiles.mapped()
        : SealedFiles.cached(new LocalFileSystem(), new PageCache(1 << 16));
    try (Block block = Block.open(new LocalFileSystem(), access, directory)) {
      for (int i = 0; i < 200; i++) {
        TimeRange range = random.nextInt(3) == 0 ? TimeRange.ALL : range(random);
        List<Matcher> matchers = matchers(random);
        try (Querier querier = block.querier(range).orElseThrow()) {
          requireSame(querier, matchers, selected(series, range, matchers),
              "seed %d: %s over %s".formatted(seed, matchers, range));
        }
      }
    }
  }

  private static void requireSame(Querier querier, List<Matcher> matchers, List<Labels> expected, String what)
      throws IOException {
    assertThat(BlockTest.all(querier, matchers).keySet()).as(what).containsExactlyElementsOf(expected);
    var names = new TreeSet<String>(PostingsPropertyTest::byUtf8);
    expected.forEach(labels -> labels.toList().forEach(label -> names.add(label.name())));
    assertThat(querier.labelNames(matchers)).as(what).containsExactlyElementsOf(names);
    for (String name : List.of("job", "\uE000", "n", "absent")) {
      var values = new TreeSet<String>(PostingsPropertyTest::byUtf8);
      expected.forEach(labels -> values.add(labels.value(name)));
      values.remove("");
      assertThat(querier.labelValues(name, matchers)).as(what).containsExactlyElementsOf(values);
    }
  }

  private static List<Labels> selected(Map<Labels, List<Chunk>> series, TimeRange range,
      List<Matcher> matchers) {
    var selected = new ArrayList<Labels>();
    series.forEach((labels, chunks) -> {
      if (matchers.stream().allMatch(matcher -> matcher.matches(labels.value(matcher.name())))
          && chunks.stream().anyMatch(chunk -> range.overlaps(chunk.minTime(), chunk.maxTime()))) {
        selected.add(labels);
      }
    });
    return selected;
  }

  private static TimeRange range(RandomGenerator random) {
    long from = GoldenBlock.START + random.nextLong(7_200_000);
    return new TimeRange(from, from + random.nextLong(600_000));
  }

  private static List<Matcher> matchers(RandomGenerator random) throws Matcher.InvalidMatcherException {
    var matchers = new ArrayList<Matcher>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String name =
          random.nextInt(20) == 0 ? "absent" : BlockData.NAMES.get(random.nextInt(BlockData.NAMES.size()));
      String value =
          random.nextInt(6) == 0 ? "" : BlockData.VALUES.get(random.nextInt(BlockData.VALUES.size()));
      String pattern = PATTERNS.get(random.nextInt(PATTERNS.size()));
      matchers.add(switch (random.nextInt(4)) {
        case 0 -> new Matcher.Equal(name, value);
        case 1 -> new Matcher.NotEqual(name, value);
        case 2 -> Matcher.regex(name, pattern);
        default -> Matcher.notRegex(name, pattern);
      });
    }
    return matchers;
  }

  private static int byUtf8(String a, String b) {
    return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }
}

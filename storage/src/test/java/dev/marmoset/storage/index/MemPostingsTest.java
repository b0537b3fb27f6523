package dev.marmoset.storage.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.Matcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/// Selections against a search through all series, while series are added between them: what is remembered of an
/// expression must go on with the values that are new. Draws from a printed seed.
class MemPostingsTest {
  private static final int ROUNDS = 400;
  private static final List<String> NAMES = List.of("job", "pod", "zone");
  private static final List<String> EXPRESSIONS =
      List.of("a", "a|b", "a.*", ".*1", ".+", ".*", "[ab]1?", "b[0-9]+", "|a", "(a|b)[0-4]", "");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final SymbolTable symbols = new SymbolTable();
  private final MemPostings postings = new MemPostings(symbols);
  private final List<Map<String, String>> series = new ArrayList<>();

  @Test
  void selectsWhatASearchThroughAllSeriesFinds() throws Matcher.InvalidMatcherException {
    int nonEmpty = 0;
    for (int round = 0; round < ROUNDS; round++) {
      for (int n = random.nextInt(5); n > 0; n--) {
        addSeries();
      }
      var matchers = new ArrayList<Matcher>();
      for (int n = random.nextInt(4); n > 0; n--) {
        matchers.add(matcher());
      }
      RoaringBitmap expected = new RoaringBitmap();
      for (int id = 0; id < series.size(); id++) {
        Map<String, String> labels = series.get(id);
        if (matchers.stream().allMatch(m -> m.matches(labels.getOrDefault(m.name(), "")))) {
          expected.add(id);
        }
      }
      assertThat(postings.select(matchers)).as("seed %d, %s", seed, matchers).isEqualTo(expected);
      nonEmpty += expected.isEmpty() ? 0 : 1;
    }
    assertThat(nonEmpty).isGreaterThan(ROUNDS / 4);
  }

  @Test
  void aSelectionBelongsToTheCaller() throws Matcher.InvalidMatcherException {
    addSeries();
    postings.select(List.of()).clear();
    Matcher any = Matcher.regex("job", ".*");
    postings.select(List.of(any)).clear();
    assertThat(postings.select(List.of(any)).getCardinality()).isEqualTo(1);
  }

  private void addSeries() {
    int id = series.size();
    var labels = new HashMap<String, String>();
    postings.addSeries(id);
    for (String name : NAMES) {
      if (random.nextInt(4) > 0) {
        String value = (random.nextBoolean() ? "a" : "b")
            + (random.nextBoolean() ? "" : random.nextInt(name.equals("pod") ? 2000 : 5));
        labels.put(name, value);
        postings.addPair(symbol(name), symbol(value), id);
      }
    }
    series.add(labels);
  }

  private int symbol(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    return symbols.intern(utf8, 0, utf8.length);
  }

  private Matcher matcher() throws Matcher.InvalidMatcherException {
    String name = random.nextInt(12) == 0 ? "nobody" : NAMES.get(random.nextInt(NAMES.size()));
    String expression = EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size()));
    return switch (random.nextInt(4)) {
      case 0 -> new Matcher.Equal(name, random.nextBoolean() ? "a" : "b" + random.nextInt(5));
      case 1 -> new Matcher.NotEqual(name, random.nextBoolean() ? "a" : "");
      case 2 -> Matcher.regex(name, expression);
      default -> Matcher.notRegex(name, expression);
    };
  }
}

package dev.marmoset.storage.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.Matcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was removed is not found, everything else is, and numbers are used again.
class RemovalTest {
  private static final int STEPS = 20_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void symbols(long seed) {
    var random = new Random(seed);
    var symbols = new SymbolTable();
    var model = new HashMap<String, Integer>();
    int most = 0;
    for (int step = 0; step < STEPS; step++) {
      // Grows and shrinks by turns.
      String text = "s" + random.nextInt(step / 4000 % 2 == 0 ? 3000 : 300);
      byte[] utf8 = text.getBytes(UTF_8);
      Integer known = model.get(text);
      assertThat(symbols.find(utf8)).isEqualTo(known == null ? -1 : known);
      if (known == null) {
        int number = symbols.intern(utf8, 0, utf8.length);
        assertThat(model).doesNotContainValue(number);
        model.put(text, number);
        most = Math.max(most, model.size());
      } else if (random.nextInt(3) > 0) {
        symbols.remove(known);
        model.remove(text);
      }
    }
    model.forEach((text, number) -> {
      assertThat(symbols.bytes(number)).isEqualTo(text.getBytes(UTF_8));
      assertThat(symbols.find(text.getBytes(UTF_8))).isEqualTo(number);
    });
    assertThat(symbols.size()).isEqualTo(model.size());
    assertThat(symbols.all().length).isEqualTo(most);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void pairs(long seed) {
    var random = new Random(seed);
    var pairs = new PairTable();
    var model = new HashMap<Long, Integer>();
    for (int step = 0; step < STEPS; step++) {
      int name = random.nextInt(4);
      int value = random.nextInt(step / 4000 % 2 == 0 ? 1000 : 50);
      Integer known = model.get((long) name << 32 | value);
      assertThat(pairs.find(name, value)).isEqualTo(known == null ? -1 : known);
      if (known == null) {
        int number = pairs.findOrAdd(name, value);
        assertThat(model).doesNotContainValue(number);
        model.put((long) name << 32 | value, number);
      } else if (random.nextInt(3) > 0) {
        pairs.remove(name, value);
        model.remove((long) name << 32 | value);
      }
      assertThat(pairs.size()).isEqualTo(model.size());
    }
    model.forEach(
        (key, number) -> assertThat(pairs.find((int) (key >>> 32), key.intValue())).isEqualTo(number));
  }

  /// Lists grow to bitmaps and shrink again; expressions are asked all the time, so that stale answers would show.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void postings(long seed) throws Exception {
    var random = new Random(seed);
    var symbols = new SymbolTable();
    var postings = new MemPostings(symbols);
    var model = new TreeMap<Integer, Map<String, String>>();
    List<Matcher> asked = List.of(Matcher.regex("b", ".*[13579]"), Matcher.notRegex("b", "v1.*"),
        new Matcher.Equal("a", "v1"), new Matcher.NotEqual("c", "v7"));
    for (int step = 0; step < 3000; step++) {
      int id = random.nextInt(step / 500 % 2 == 0 ? 400 : 100);
      Map<String, String> labels = model.remove(id);
      if (labels == null) {
        labels = Map.of("a", "v" + random.nextInt(3), "b", "v" + random.nextInt(60), "c", "v" + id);
        postings.addSeries(id);
        for (var label : labels.entrySet()) {
          postings.addPair(symbol(symbols, label.getKey()), symbol(symbols, label.getValue()), id);
        }
        model.put(id, labels);
      } else {
        for (var label : labels.entrySet()) {
          postings.removePair(symbol(symbols, label.getKey()), symbol(symbols, label.getValue()), id);
        }
        postings.removeSeries(id);
      }
      Matcher matcher = asked.get(step % asked.size());
      var expected = new ArrayList<Integer>();
      model.forEach((series, has) -> {
        if (matcher.matches(has.getOrDefault(matcher.name(), ""))) {
          expected.add(series);
        }
      });
      assertThat(postings.select(List.of(matcher)).toArray()).containsExactly(
          expected.stream().mapToInt(Integer::intValue).toArray());
    }
    assertThat(postings.pairCount()).isEqualTo(
        (int) model.values().stream().flatMap(labels -> labels.entrySet().stream()).distinct().count());
  }

  private static int symbol(SymbolTable symbols, String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    return symbols.intern(utf8, 0, utf8.length);
  }
}

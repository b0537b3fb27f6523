package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.Labels;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The acceptance tables E, G and J of Thanos (pkg/store/acceptance_test.go) and cases of its stores' own tests.
final class SeriesAcceptanceTest {
  private static final Map<String, Labels> G_SERIES = Map.of("A", Labels.of("i", "a", "n", "1"), "B",
      Labels.of("i", "b", "n", "1"), "1", Labels.of("n", "1"), "2", Labels.of("n", "2"), "5",
      Labels.of("n", "2.5"));

  /// One row of table G.
  ///
  /// @param select matchers
  /// @param answer keys of the expected series in order, blanks between them
  record Row(String select, String answer) {}

  static Stream<Row> tableG() {
    return Stream.of(
        new Row("n=1", "A B 1"),
        new Row("n=1, i=a", "A"),
        new Row("n=1, i=missing", ""),
        new Row("missing=\"\"", "A B 1 2 5"),
        new Row("n!=1", "2 5"),
        new Row("i=~\".+\"", "A B"),
        new Row("i=~\".*\"", "A B 1 2 5"),
        new Row("i=\"\"", "1 2 5"),
        new Row("i!=\"\"", "A B"),
        new Row("missing!=\"\"", ""),
        new Row("n=1, i!=a", "B 1"),
        new Row("n=~\"^1$\"", "A B 1"),
        new Row("n=1, i=~\"^a$\"", "A"),
        new Row("n=1, i=~\"^a?$\"", "A 1"),
        new Row("i=~\"^$\"", "1 2 5"),
        new Row("n=1, i=~\"^$\"", "1"),
        new Row("n=1, i=~\"^.*$\"", "A B 1"),
        new Row("n=1, i=~\"^.+$\"", "A B"),
        new Row("n!~\"^1$\"", "2 5"),
        new Row("n!~\"1\"", "2 5"),
        new Row("n!~\"1|2.5\"", "2"),
        new Row("n!~\"(1|2.5)\"", "2"),
        new Row("n=1, i!~\"^a$\"", "B 1"),
        new Row("n=1, i!~\"^a?$\"", "B"),
        new Row("n=1, i!~\"^$\"", "A B"),
        new Row("n=1, i!~\"^.*$\"", ""),
        new Row("n=1, i!~\"^.+$\"", "1"),
        new Row("n=1, i!=\"\", i=a", "A"),
        new Row("n=1, i!=b, i=~\"^(b|a).*$\"", "A"),
        new Row("n=~\"(1|2)\"", "A B 1 2"),
        new Row("i=~\"a|b\"", "A B"),
        new Row("i=~\"(a|b)\"", "A B"),
        new Row("n=~\"x1|2\"", "2"),
        new Row("n=~\"2|2\\.5\"", "2 5"),
        new Row("i=~\"c||d\"", "1 2 5"),
        new Row("i=~\"(c||d)\"", "1 2 5"));
  }

  @ParameterizedTest
  @MethodSource("tableG")
  void selectsAsThanosDoes(Row row) {
    var storage = new FakeStorage();
    G_SERIES.values().forEach(labels -> storage.add(labels, 0, 1));
    try (var store = new StoreHarness(storage).without("replica")) {
      List<Labels> expected = Stream.of(row.answer.split(" ")).filter(key -> !key.isEmpty())
          .map(key -> withRegion(G_SERIES.getOrDefault(key, Labels.EMPTY))).toList();
      assertThat(store.labels(store.request(row.select))).isEqualTo(expected);
      assertThat(store.labels(store.request(row.select).setSkipChunks(true))).isEqualTo(expected);
      assertThat(store.labels(store.request(row.select).setResponseBatchSize(64))).isEqualTo(expected);
    }
  }

  @Test
  void tableEOverridesAStoredLabelByTheExternalOne() {
    var storage = new FakeStorage().add(Labels.of("foo", "bar", "region", "somewhere"), 0, 0);
    try (var store = new StoreHarness(storage).without("replica")) {
      List<Series> answer = store.series(store.request("foo=bar").setSkipChunks(true));
      assertThat(answer).hasSize(1);
      assertThat(Wire.labels(answer.getFirst())).isEqualTo(Labels.of("foo", "bar", "region", "eu-west"));
      assertThat(answer.getFirst().getChunksList()).isEmpty();
      assertThat(store.labels(store.request("region=somewhere"))).isEmpty();
    }
  }

  @Test
  void tableJSends131075SamplesInOneMessageOf1093Chunks() {
    long start = ChunkCut.windowStart(NOW - 2 * 86_400_000L) + 60_000;
    try (var store = new StoreHarness(millis(start))) {
      List<SeriesResponse> messages = store.messages(
          store.request("a=b, region=eu-west").setMinTime(start).setMaxTime(start + 131_075));
      assertThat(messages).hasSize(1);
      List<AggrChunk> chunks = messages.getFirst().getSeries().getChunksList();
      assertThat(chunks).hasSize(1093);
      assertThat(chunks.subList(0, 1092)).allMatch(chunk -> Wire.count(chunk) == 120);
      assertThat(Wire.count(chunks.getLast())).isEqualTo(35);
      assertThat(Wire.samples(chunks)).hasSize(131_075);
    }
  }

  @Test
  void tableJAcrossAWindowEdgeCutsThere() {
    long edge = ChunkCut.windowStart(NOW - 2 * 86_400_000L);
    long start = edge - 1_000;
    try (var store = new StoreHarness(millis(start))) {
      List<Series> answer = store.series(store.request("a=b").setMinTime(start).setMaxTime(start + 131_075));
      assertThat(answer).hasSize(1);
      List<AggrChunk> chunks = answer.getFirst().getChunksList();
      assertThat(chunks).hasSize(ceil(1_000, 120) + ceil(130_075, 120));
      assertThat(chunks.get(8).getMaxTime()).isEqualTo(edge - 1);
      assertThat(Wire.count(chunks.get(8))).isEqualTo(1_000 % 120);
      assertThat(chunks.get(9).getMinTime()).isEqualTo(edge);
    }
  }

  @Test
  void sendsWholeChunksWhereverTheRangeBeginsAndEnds() {
    var storage = new FakeStorage();
    Labels labels = Labels.of("a", "1");
    storage.add(labels, 1, 1).add(labels, 2, 2).add(labels, 3, 3);
    try (var store = new StoreHarness(storage)) {
      assertThat(samples(store, 1, 3)).isEqualTo(List.of(1L, 2L, 3L));
      assertThat(samples(store, 1, 2)).isEqualTo(List.of(1L, 2L, 3L));
      assertThat(samples(store, 2, 2)).isEqualTo(List.of(1L, 2L, 3L));
      assertThat(samples(store, 4, 6)).isEmpty();
      assertThat(samples(store, 3, 2)).isEmpty();
      assertThat(samples(store, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(List.of(1L, 2L, 3L));
    }
  }

  @Test
  void everyChunkCarriesItsHash() {
    var storage = new FakeStorage();
    for (int i = 0; i < 500; i++) {
      storage.add(Labels.of("a", "1"), i * 15_000L, Math.sin(i));
    }
    try (var store = new StoreHarness(storage)) {
      for (AggrChunk chunk : store.series(store.request("a=1")).getFirst().getChunksList()) {
        byte[] data = chunk.getRaw().getData().toByteArray();
        assertThat(chunk.getRaw().getHash()).isNotZero().isEqualTo(Xxh64.hash(data, 0, data.length));
      }
    }
  }

  @Test
  void refusesAnEmptySelectorAndServesOneOfExternalLabelsOnly() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1, 1).add(Labels.of("b", "1"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      assertThatThrownBy(() -> store.labels(store.request("")))
          .hasMessage("INVALID_ARGUMENT: no matchers specified (excluding external labels)");
      assertThat(store.labels(store.request("region=eu-west"))).hasSize(2);
      assertThat(store.labels(store.request("region=~\"a|eu-.*|^$\""))).hasSize(2);
      assertThat(store.labels(store.request(StoreHarness.REPLICA + "=task-1"))).hasSize(2);
      assertThat(store.labels(store.request("a=1, region=other"))).isEmpty();
      assertThat(store.labels(store.request("a=1, " + StoreHarness.REPLICA + "=task-2"))).isEmpty();
      assertThat(store.labels(store.request("a=1, region!~\"eu-.*\""))).isEmpty();
    }
  }

  @Test
  void announcesTheReplicaLabelOnlyToThoseWhoDoNotDropIt() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      Labels all = Labels.of("a", "1", StoreHarness.REPLICA, "task-1", "region", "eu-west");
      assertThat(store.labels(store.request("a=1").clearWithoutReplicaLabels())).containsExactly(all);
      assertThat(store.labels(store.request("a=1"))).containsExactly(withRegion(Labels.of("a", "1")));
      assertThat(store.labels(store.request("a=1").addWithoutReplicaLabels("region")))
          .containsExactly(Labels.of("a", "1"));
    }
  }

  @Test
  void selectsByAbsenceAndEquality() {
    var storage = new FakeStorage().add(Labels.of("a", "1", "job", "test"), 1, 1)
        .add(Labels.of("a", "b", "job", "test"), 1, 1).add(Labels.of("job", "test"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      assertThat(store.labels(store.request("a!=b, job=test"))).containsExactly(
          withRegion(Labels.of("a", "1", "job", "test")), withRegion(Labels.of("job", "test")));
      assertThat(store.labels(store.request("b=1"))).isEmpty();
    }
  }

  private static List<Long> samples(StoreHarness store, long mint, long maxt) {
    return store.series(store.request("a=1").setMinTime(mint).setMaxTime(maxt)).stream()
        .flatMap(series -> Wire.samples(series.getChunksList()).keySet().stream()).toList();
  }

  private static FakeStorage millis(long start) {
    var storage = new FakeStorage();
    for (int i = 0; i < 131_075; i++) {
      storage.add(Labels.of("a", "b"), start + i, 1);
    }
    return storage;
  }

  private static Labels withRegion(Labels labels) {
    return new ReplicaLabels(new ExternalLabels(StoreHarness.REGION), List.of()).apply(labels);
  }

  private static int ceil(int samples, int perChunk) {
    return (samples + perChunk - 1) / perChunk;
  }
}

package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.storage.labels.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Messages: their sizes, their kinds, their order.
final class SeriesFramesTest {
  private static final int MIB = 1 << 20;

  @Test
  void oneSeriesPerMessageUnlessBatchesAreAskedFor() {
    try (var store = new StoreHarness(many(150))) {
      for (int size : new int[] {0, 1}) {
        List<SeriesResponse> messages = store.messages(store.request("n=up").setResponseBatchSize(size));
        assertThat(messages).hasSize(150).allMatch(SeriesResponse::hasSeries);
      }
    }
  }

  @Test
  void batchesAreFullAndTheRestComesLast() {
    try (var store = new StoreHarness(many(150))) {
      List<SeriesResponse> messages = store.messages(store.request("n=up").setResponseBatchSize(64));
      assertThat(messages).allMatch(SeriesResponse::hasBatch);
      assertThat(messages).extracting(message -> message.getBatch().getSeriesCount()).containsExactly(64, 64,
          22);
      assertThat(Wire.unpacked(messages)).isEqualTo(store.series(store.request("n=up")));
      assertThat(store.messages(store.request("n=up, z=absent").setResponseBatchSize(64))).isEmpty();
      assertThat(store.messages(store.request("n=up, z!=149").setResponseBatchSize(149))).hasSize(1);
    }
  }

  /// Over TCP the array of a message is used again for the next one; inside the process it is not.
  @Test
  void theSameSeriesArriveOverTcp() {
    var storage = noisy(300_000);
    for (int i = 0; i < 1000; i++) {
      storage.add(Labels.of("n", "d", "z", "%03d".formatted(i)), i, i);
    }
    try (var near = new StoreHarness(storage);
        var far = new StoreHarness(storage, StoreHarness.options(StoreHarness.REGION), true)) {
      for (int size : new int[] {0, 64}) {
        List<SeriesResponse> expected = near.messages(near.request("n!=\"\"").setResponseBatchSize(size));
        boolean same = far.messages(far.request("n!=\"\"").setResponseBatchSize(size)).equals(expected);
        assertThat(same).as("answers with batches of %d", size).isTrue();
      }
    }
  }

  @Test
  void framesReadAsTheSameMessagesAsGeneratedOnes() throws InvalidProtocolBufferException {
    try (var store = new StoreHarness(noisy(1000))) {
      for (int size : new int[] {0, 64}) {
        for (boolean skip : new boolean[] {true, false}) {
          for (SeriesResponse message : store
              .messages(store.request("n!=\"\"").setResponseBatchSize(size).setSkipChunks(skip))) {
            assertThat(message.getUnknownFields().asMap()).isEmpty();
            assertThat(SeriesResponse.parseFrom(message.toByteArray())).isEqualTo(message);
            assertThat(Wire.unpacked(List.of(message)))
                .allMatch(series -> (series.getChunksCount() == 0) == skip && series.getLabelsCount() == 2);
          }
        }
      }
    }
  }

  @Test
  void aSeriesAboveOneMebibyteContinuesInTheNextMessages() {
    try (var store = new StoreHarness(noisy(300_000))) {
      List<SeriesResponse> messages = store.messages(store.request("n!=\"\""));
      List<Integer> sizes = sizes(messages);
      assertThat(sizes).hasSizeGreaterThan(4).allMatch(size -> size <= MIB + 16);
      assertThat(sizes.subList(1, sizes.size() - 2)).as("no message is much smaller than it may be")
          .allMatch(size -> size > MIB - 4096);
      assertWhole(Wire.unpacked(messages));
    }
  }

  @Test
  void batchesSplitAtTheSameSize() {
    try (var store = new StoreHarness(noisy(300_000))) {
      List<SeriesResponse> messages = store.messages(store.request("n!=\"\"").setResponseBatchSize(64));
      assertThat(sizes(messages)).hasSizeGreaterThan(2).allMatch(size -> size <= MIB + 16);
      assertWhole(Wire.unpacked(messages));
    }
  }

  private static List<Integer> sizes(List<SeriesResponse> messages) {
    return messages.stream().map(SeriesResponse::getSerializedSize).toList();
  }

  /// The pieces of the big series are adjacent, and joined they have its chunks in order.
  private static void assertWhole(List<Series> pieces) {
    var names = new ArrayList<String>();
    var chunks = new ArrayList<AggrChunk>();
    for (Series piece : pieces) {
      String name = Wire.labels(piece).value("n");
      if (names.isEmpty() || !names.getLast().equals(name)) {
        names.add(name);
      }
      if (name.equals("b")) {
        assertThat(piece.getChunksList()).isNotEmpty();
        chunks.addAll(piece.getChunksList());
      }
    }
    assertThat(names).containsExactly("a", "b", "c");
    assertThat(Wire.samples(chunks)).hasSize(300_000);
    for (int i = 1; i < chunks.size(); i++) {
      assertThat(chunks.get(i).getMinTime()).isGreaterThan(chunks.get(i - 1).getMaxTime());
    }
  }

  private static FakeStorage many(int series) {
    var storage = new FakeStorage();
    for (int i = 0; i < series; i++) {
      storage.add(Labels.of("n", "up", "z", "" + i), 1, i);
    }
    return storage;
  }

  /// Series b takes some 9 bytes per sample; a and c are small.
  private static FakeStorage noisy(int samples) {
    var random = new Random(1);
    var storage = new FakeStorage().add(Labels.of("n", "a"), 1, 1).add(Labels.of("n", "c"), 1, 1);
    for (int i = 0; i < samples; i++) {
      storage.add(Labels.of("n", "b"), i * 1000L, random.nextGaussian());
    }
    return storage;
  }
}

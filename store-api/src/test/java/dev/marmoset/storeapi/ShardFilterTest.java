package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.ShardInfo;
import dev.marmoset.storage.labels.Labels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Sharding.
final class ShardFilterTest {
  private static final Labels UP = Labels.of("__name__", "up", "pod", "a", "z", "1");

  @Test
  void hashesTheLabelsThatTakePart() {
    // XXH64("pod FF a FF z FF 1 FF") = 15053149475540956360, above 2^63; XXH64("__name__ FF up FF") =
    // 2581902663846753688; both by the Python package xxhash.
    assertThat(shardOf(UP, 16, true, "pod", "z")).isEqualTo(8);
    assertThat(shardOf(UP, 3, true, "pod", "z")).isEqualTo(1);
    assertThat(shardOf(UP, 3, false, "pod", "z")).isEqualTo(1);
    assertThat(shardOf(UP, 7, false, "pod", "z")).isZero();
    assertThat(shardOf(UP, 2, true, "absent")).as("XXH64 of nothing is odd").isEqualTo(1);
  }

  @Test
  void lessThanOneShardIsNoSharding() {
    assertThat(ShardFilter.of(ShardInfo.getDefaultInstance()).test(UP)).isTrue();
    assertThat(ShardFilter.of(ShardInfo.newBuilder().setTotalShards(-1).setShardIndex(5).build()).test(UP))
        .isTrue();
  }

  @Test
  void shardsOfAnAnswerAreDisjointAndTogetherTheWhole() {
    var storage = new FakeStorage();
    for (int i = 0; i < 200; i++) {
      storage.add(Labels.of("n", "up", "pod", "pod-" + i % 20, "le", "" + i), 1, i);
    }
    try (var store = new StoreHarness(storage)) {
      for (boolean by : List.of(true, false)) {
        for (int batch : new int[] {0, 64}) {
          var union = new ArrayList<Labels>();
          for (int shard = 0; shard < 4; shard++) {
            List<Labels> part = store.labels(store.request("n=up").setResponseBatchSize(batch).setShardInfo(
                ShardInfo.newBuilder().setTotalShards(4).setShardIndex(shard).setBy(by)
                    .addLabels(by ? "pod" : "le")));
            assertThat(part).isSorted().hasSizeLessThan(200);
            union.addAll(part);
          }
          assertThat(union).hasSize(200).doesNotHaveDuplicates()
              .containsExactlyInAnyOrderElementsOf(store.labels(store.request("n=up")));
        }
      }
    }
  }

  private static int shardOf(Labels labels, int shards, boolean by, String... names) {
    var found = new ArrayList<Integer>();
    for (int i = 0; i < shards; i++) {
      if (ShardFilter.of(ShardInfo.newBuilder().setTotalShards(shards).setShardIndex(i).setBy(by)
          .addAllLabels(List.of(names)).build()).test(labels)) {
        found.add(i);
      }
    }
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}

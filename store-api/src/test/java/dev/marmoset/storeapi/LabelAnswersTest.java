package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.YEAR_9999;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.LabelNamesRequest;
import dev.marmoset.proto.thanos.LabelValuesRequest;
import dev.marmoset.storage.labels.Labels;
import org.junit.jupiter.api.Test;

/// Rules for label names and values beyond the acceptance tables.
final class LabelAnswersTest {
  @Test
  void dropsReplicaLabelsFromNamesStoredOrExternal() {
    var storage = new FakeStorage().add(Labels.of("n", "up", "replica", "a"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      assertThat(store.names("", YEAR_9999)).containsExactly("n", "region", "replica");
      store.without("replica", "region");
      assertThat(store.names("", YEAR_9999)).containsExactly("n");
      assertThat(store.values("replica", "", YEAR_9999)).isEmpty();
      assertThat(store.values("region", "", YEAR_9999)).isEmpty();
      assertThat(
          store.store().labelNames(LabelNamesRequest.newBuilder().setEnd(YEAR_9999).build()).getNamesList())
          .containsExactly(StoreHarness.REPLICA, "n", "region", "replica");
    }
  }

  @Test
  void cutsByTheLimitAfterMerging() {
    var storage = new FakeStorage().add(Labels.of("a", "1", "z", "1"), 1, 1).add(Labels.of("a", "2"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      var names =
          LabelNamesRequest.newBuilder().setEnd(YEAR_9999).addWithoutReplicaLabels(StoreHarness.REPLICA);
      assertThat(store.store().labelNames(names.setLimit(2).build()).getNamesList()).containsExactly("a",
          "region");
      assertThat(store.store().labelNames(names.setLimit(9).build()).getNamesList()).hasSize(3);
      var values = LabelValuesRequest.newBuilder().setLabel("a").setEnd(YEAR_9999);
      assertThat(store.store().labelValues(values.setLimit(1).build()).getValuesList()).containsExactly("1");
      assertThat(store.store().labelValues(values.setLimit(0).build()).getValuesList()).containsExactly("1",
          "2");
    }
  }

  @Test
  void aRangeOfAllTimeDoesNotOverflow() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      var names = LabelNamesRequest.newBuilder().setStart(-9_223_309_901_257_974L * 1000)
          .setEnd(Long.MAX_VALUE).build();
      assertThat(store.store().labelNames(names).getNamesList()).contains("a");
      var values =
          LabelValuesRequest.newBuilder().setLabel("a").setStart(Long.MIN_VALUE).setEnd(Long.MAX_VALUE);
      assertThat(store.store().labelValues(values.build()).getValuesList()).containsExactly("1");
      var reversed =
          LabelValuesRequest.newBuilder().setLabel("a").setStart(Long.MAX_VALUE).setEnd(Long.MIN_VALUE);
      assertThat(store.store().labelValues(reversed.build()).getValuesList()).isEmpty();
    }
  }

  @Test
  void anExternalLabelIsAnsweredByItsExternalValueOnly() {
    var storage = new FakeStorage().add(Labels.of("a", "1", "region", "stored"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      assertThat(store.values("region", "", YEAR_9999)).containsExactly("eu-west");
      assertThat(store.values("region", "a=1", YEAR_9999)).containsExactly("eu-west");
      assertThat(store.values("region", "a=2", YEAR_9999)).isEmpty();
      assertThat(store.values("region", "a=1", 0)).isEmpty();
      assertThat(store.values("a", "region=stored", YEAR_9999)).isEmpty();
    }
  }
}

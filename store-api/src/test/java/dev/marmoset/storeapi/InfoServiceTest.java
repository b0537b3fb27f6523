package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.LabelSet;
import dev.marmoset.proto.thanos.info.InfoRequest;
import dev.marmoset.proto.thanos.info.InfoResponse;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.storage.labels.Labels;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What queriers learn about this store.
final class InfoServiceTest {
  private static final InfoRequest ASK = InfoRequest.getDefaultInstance();

  @Test
  void announcesLabelsTimesAndAbilities() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1234, 1);
    try (var store = new StoreHarness(storage)) {
      InfoResponse info = store.info().info(ASK);
      LabelSet labels = LabelSet.newBuilder()
          .addLabels(Label.newBuilder().setName(StoreHarness.REPLICA).setValue("task-1"))
          .addLabels(Label.newBuilder().setName("region").setValue("eu-west")).build();
      assertThat(info.getLabelSetsList()).containsExactly(labels);
      assertThat(info.getComponentType()).isEqualTo("receive");
      assertThat(info.getStore().getMinTime()).isEqualTo(1234);
      assertThat(info.getStore().getMaxTime()).isEqualTo(Long.MAX_VALUE);
      assertThat(info.getStore().getSupportsSharding()).isTrue();
      assertThat(info.getStore().getSupportsWithoutReplicaLabels()).isTrue();
      assertThat(info.getStore().getTsdbInfosList()).hasSize(1);
      assertThat(info.getStore().getTsdbInfos(0).getLabels()).isEqualTo(labels);
      assertThat(info.getStore().getTsdbInfos(0).getMinTime()).isEqualTo(1234);
      assertThat(info.hasRules() || info.hasTargets() || info.hasQuery()).isFalse();
    }
  }

  @Test
  void beginsAtTheEndOfTimeWhileThereIsNoData() {
    var storage = new FakeStorage();
    try (var store = new StoreHarness(storage)) {
      assertThat(store.info().info(ASK).getStore().getMinTime()).isEqualTo(Long.MAX_VALUE);
      storage.add(Labels.of("a", "1"), 7, 1);
      assertThat(store.info().info(ASK).getStore().getMinTime()).as("precomputed").isEqualTo(Long.MAX_VALUE);
      store.api.refreshInfo();
      assertThat(store.info().info(ASK).getStore().getMinTime()).isEqualTo(7);
    }
  }

  @Test
  void isRefusedWhileNotAnnouncedAlthoughSeriesAreServed() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      store.readiness.announced = false;
      assertThatThrownBy(() -> store.info().info(ASK)).hasMessage("UNAVAILABLE: replaying the log");
      assertThat(store.labels(store.request("a=1"))).hasSize(1);
    }
  }

  @Test
  void announcesNoEmptyLabelSetAndNothingBeforeTheMinimumTime() {
    var options =
        new StoreApiOptions(Labels.EMPTY, Optional.empty(), Duration.ZERO, () -> 500, QueryLimits.OFF,
            new StoreApiOptions.Admission(0, Duration.ZERO, 0));
    try (var store = new StoreHarness(new FakeStorage().add(Labels.of("a", "1"), 1, 1), options)) {
      assertThat(store.info().info(ASK).getLabelSetsList()).isEmpty();
      assertThat(store.info().info(ASK).getStore().getMinTime()).isEqualTo(500);
    }
  }
}

package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.REGION;
import static dev.marmoset.storeapi.StoreHarness.YEAR_9999;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.storage.labels.Labels;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Status codes and what leads to them.
final class StatusAndLimitsTest {
  @Test
  void aRegularExpressionThatIsNotRe2IsAnInvalidArgument() {
    try (var store = new StoreHarness(ten())) {
      for (String selector : new String[] {"a=~\"(\"", "a!~\"[\"", "region=~\"(?=x)\""}) {
        assertThatThrownBy(() -> store.labels(store.request(selector)))
            .hasMessageStartingWith("INVALID_ARGUMENT: matcher on label ");
        assertThatThrownBy(() -> store.names(selector, YEAR_9999))
            .hasMessageStartingWith("INVALID_ARGUMENT: ");
        assertThatThrownBy(() -> store.values("n", selector, YEAR_9999))
            .hasMessageStartingWith("INVALID_ARGUMENT: ");
      }
    }
  }

  @Test
  void anUnknownMatcherTypeIsAnInvalidArgument() {
    try (var store = new StoreHarness(ten())) {
      var request = store.request("a=1").addMatchers(LabelMatcher.newBuilder().setTypeValue(4).setName("b"));
      assertThatThrownBy(() -> store.labels(request))
          .hasMessage("INVALID_ARGUMENT: matcher on label \"b\" has type 4, expected 0 to 3");
    }
  }

  @Test
  void damageInStorageIsInternal() {
    var storage = ten();
    try (var store = new StoreHarness(storage)) {
      storage.damage("reading chunk 7: checksum is 1, expected 2");
      assertThatThrownBy(() -> store.labels(store.request("n=up")))
          .hasMessage("INTERNAL: reading stored series: reading chunk 7: checksum is 1, expected 2");
      assertThat(storage.openQueriers()).isZero();
    }
  }

  @Test
  void nothingIsServedWhileNotReady() {
    try (var store = new StoreHarness(ten())) {
      store.readiness.serving = false;
      assertThatThrownBy(() -> store.labels(store.request("n=up")))
          .hasMessage("UNAVAILABLE: replaying the log");
      assertThatThrownBy(() -> store.names("", YEAR_9999)).hasMessage("UNAVAILABLE: replaying the log");
      assertThatThrownBy(() -> store.values("n", "", YEAR_9999)).hasMessage("UNAVAILABLE: replaying the log");
    }
  }

  @Test
  void theSeriesLimitAlsoGuardsSelectorsOfExternalLabelsOnly() {
    try (var store = limited(new QueryLimits(9, 0, 0))) {
      for (String selector : new String[] {"n=up", "region=eu-west"}) {
        assertThatThrownBy(() -> store.labels(store.request(selector)))
            .hasMessage("RESOURCE_EXHAUSTED: sending series: limit 9 violated (got 10)");
      }
      assertThat(store.labels(store.request("n=up, z!=0"))).hasSize(9);
      assertThat(store.labels(store.request("n=up").setLimit(9))).as("a request may limit itself").hasSize(9);
      assertThat(dropped(store, "series")).isEqualTo(2);
    }
  }

  @Test
  void theSampleLimitCountsSamples() {
    try (var store = limited(new QueryLimits(0, 29, 0))) {
      assertThatThrownBy(() -> store.labels(store.request("n=up")))
          .hasMessage("RESOURCE_EXHAUSTED: sending samples: limit 29 violated (got 30)");
      assertThat(store.labels(store.request("n=up, z!=0"))).hasSize(9);
      assertThat(store.labels(store.request("n=up").setSkipChunks(true))).hasSize(10);
      assertThat(dropped(store, "chunks")).isEqualTo(1);
    }
  }

  @Test
  void theByteLimitCountsLabelsAndChunks() {
    try (var store = limited(new QueryLimits(0, 0, 300))) {
      assertThatThrownBy(() -> store.labels(store.request("n=up")))
          .hasMessageStartingWith("RESOURCE_EXHAUSTED: sending bytes: limit 300 violated (got ");
      assertThat(store.labels(store.request("n=up, z=0"))).hasSize(1);
      assertThat(dropped(store, "bytes")).isEqualTo(1);
    }
  }

  @Test
  void theProcessHasOneBudgetForAllSelects() {
    var options = new StoreApiOptions(REGION, Optional.empty(), Duration.ZERO, () -> 0, QueryLimits.OFF,
        new StoreApiOptions.Admission(0, Duration.ZERO, (2 << 20) + 1000));
    try (var store = new StoreHarness(ten(), options)) {
      assertThatThrownBy(() -> store.labels(store.request("n=up")))
          .hasMessageMatching(
              "RESOURCE_EXHAUSTED: holding \\d+ more bytes for a select: running selects hold \\d+ of "
                  + "2098152 bytes");
      assertThat(store.labels(store.request("z=0"))).as("everything was given back").hasSize(1);
      assertThat(store.registry.get("marmoset.select.held.bytes").gauge().value()).isZero();
      assertThat(dropped(store, "memory")).isEqualTo(1);
    }
  }

  @Test
  void requestsOlderThanTheMinimumTimeAreClamped() {
    var options = new StoreApiOptions(REGION, Optional.empty(), Duration.ZERO, () -> 100, QueryLimits.OFF,
        new StoreApiOptions.Admission(0, Duration.ZERO, 0));
    var storage = new FakeStorage().add(Labels.of("a", "old"), 99, 1).add(Labels.of("a", "new"), 100, 1);
    try (var store = new StoreHarness(storage, options)) {
      assertThat(store.labels(store.request("a!=\"\""))).extracting(labels -> labels.value("a"))
          .containsExactly("new");
      assertThat(store.values("a", "", YEAR_9999)).containsExactly("new");
      assertThat(store.names("a=old", YEAR_9999)).isEmpty();
    }
  }

  private static double dropped(StoreHarness store, String reason) {
    return store.registry.get("thanos.store.selects.dropped").tag("reason", reason).counter().count();
  }

  private static StoreHarness limited(QueryLimits limits) {
    return new StoreHarness(ten(), StoreHarness.options(REGION, limits));
  }

  /// Ten series of three samples.
  private static FakeStorage ten() {
    var storage = new FakeStorage();
    for (int i = 0; i < 30; i++) {
      storage.add(Labels.of("n", "up", "z", "" + i % 10), i, i);
    }
    return storage;
  }
}

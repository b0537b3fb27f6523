package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.REGION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.info.InfoRequest;
import dev.marmoset.storage.labels.Labels;
import org.junit.jupiter.api.Test;

/// What surrounds the services: compression, call metrics, the thread of Info.
final class TransportTest {
  @Test
  void understandsRequestsCompressedWithSnappy() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1, 1);
    try (var store = new StoreHarness(storage, StoreHarness.options(REGION), true)) {
      var answer = store.store().withCompression("snappy").series(store.request("a=1").build());
      assertThat(Wire.labels(answer.next().getSeries())).isEqualTo(Labels.of("a", "1", "region", "eu-west"));
      assertThat(answer.hasNext()).isFalse();
    }
  }

  @Test
  void countsCallsByMethodAndCode() {
    var storage = new FakeStorage().add(Labels.of("a", "1"), 1, 1).add(Labels.of("a", "2"), 1, 1);
    try (var store = new StoreHarness(storage)) {
      assertThat(store.labels(store.request("a=1"))).hasSize(1);
      assertThatThrownBy(() -> store.labels(store.request(""))).isNotNull();
      assertThat(store.info().info(InfoRequest.getDefaultInstance()).hasStore()).isTrue();
      assertThat(handled(store, "Series", "OK")).isEqualTo(1);
      assertThat(handled(store, "Series", "InvalidArgument")).isEqualTo(1);
      assertThat(handled(store, "Info", "OK")).isEqualTo(1);
      var started = store.registry.get("grpc.server.started").tag("grpc_service", "thanos.Store");
      assertThat(started.tag("grpc_method", "Series").tag("grpc_type", "server_stream").counter().count())
          .isEqualTo(2);
      assertThat(store.registry.get("grpc.server.handling").tag("grpc_method", "Series").timer().count())
          .isEqualTo(2);
    }
  }

  @Test
  void countsSeriesAndChunksPerCall() {
    var storage = new FakeStorage();
    for (int i = 0; i < 130; i++) {
      storage.add(Labels.of("a", "1"), i, i).add(Labels.of("a", "2"), i, i);
    }
    try (var store = new StoreHarness(storage)) {
      assertThat(store.labels(store.request("a!=\"\""))).hasSize(2);
      assertThat(store.registry.get("thanos.store.server.series.requested").summary().totalAmount())
          .isEqualTo(2);
      assertThat(store.registry.get("thanos.store.server.chunks.requested").summary().totalAmount())
          .isEqualTo(4);
      assertThat(store.registry.get("thanos.store.server.pending.series.requests").gauge().value()).isZero();
    }
  }

  private static double handled(StoreHarness store, String method, String code) {
    return store.registry.get("grpc.server.handled").tag("grpc_method", method).tag("grpc_code", code)
        .counter()
        .count();
  }
}

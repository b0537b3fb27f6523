package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.REGION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.XorAppender;
import dev.marmoset.storage.labels.Labels;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Slow readers and readers that leave.
final class BackpressureTest {
  @Test
  void readsAheadOfASlowReaderByAMessageOrTwo() throws InterruptedException {
    var storage = series(2000, chunks(1));
    try (var store = new StoreHarness(storage)) {
      var reader = SlowReader.of(store, store.request("n=up").build());
      int received = 0;
      while (reader.next()) {
        received++;
        assertThat(storage.chunkReads()).isLessThanOrEqualTo(received + 2);
      }
      assertThat(received).isEqualTo(2000);
    }
  }

  /// 200 MB over TCP. A connection holds one HTTP/2 window (1 MiB, up to 8 MiB as it adapts) and what the sockets hold;
  /// the server adds its threshold and one message.
  @Test
  void holdsLittleMoreThanTheWindowOfASlowConnection() throws InterruptedException {
    var storage = series(200, chunks(1000));
    try (var store = new StoreHarness(storage, StoreHarness.options(REGION), true)) {
      for (SeriesRequest request : List.of(store.request("n=up").build(),
          store.request("n=up").setResponseBatchSize(64).build())) {
        long before = storage.chunkReads();
        var reader = SlowReader.of(store, request);
        int received = 0;
        while (reader.next()) {
          received++;
          assertThat(storage.chunkReads() - before).isLessThanOrEqualTo(received + 16);
        }
        assertThat(received).isEqualTo(200);
      }
    }
  }

  @Test
  void cancellationEndsTheWorkWithinAMessage() throws InterruptedException {
    var storage = series(2000, chunks(1));
    try (var store = new StoreHarness(storage)) {
      var reader = SlowReader.of(store, store.request("n=up").build());
      assertThat(reader.next()).isTrue();
      reader.cancel();
      storage.awaitClosings(1);
      assertThat(storage.chunkReads()).isLessThanOrEqualTo(3);
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.CANCELLED);
    }
  }

  @Test
  void selectsTakeTurnsAndThoseThatWaitTooLongAreRefused() throws InterruptedException {
    var storage = series(10, chunks(1));
    try (var store = new StoreHarness(storage, oneAtATime(Duration.ZERO))) {
      var reader = SlowReader.of(store, store.request("n=up").build());
      assertThat(reader.next()).isTrue();
      Status refused = SlowReader.of(store, store.request("n=up").build()).end();
      assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getDescription())
          .isEqualTo("waiting for one of 1 select permits: none became free within 0 ms");
      assertThat(store.values("z", "", StoreHarness.YEAR_9999)).as("labels have turns of their own")
          .hasSize(10);
      reader.cancel();
      storage.awaitClosings(2);
      assertThat(store.labels(store.request("n=up"))).as("the turn was given back").hasSize(10);
    }
  }

  @Test
  void aSelectThatWasCancelledWhileItWaitedReadsNothing() throws InterruptedException {
    var storage = series(10, chunks(1));
    try (var store = new StoreHarness(storage, oneAtATime(Duration.ofMinutes(3)))) {
      var first = SlowReader.of(store, store.request("n=up").build());
      assertThat(first.next()).isTrue();
      var waiting = SlowReader.of(store, store.request("n=up").build());
      long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
      while (pending(store) < 1 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(pending(store)).isEqualTo(1);
      waiting.cancel();
      first.cancel();
      storage.awaitClosings(2);
      assertThat(storage.chunkReads()).isLessThanOrEqualTo(3);
    }
  }

  private static double pending(StoreHarness store) {
    return store.registry.get("thanos.store.server.pending.series.requests").gauge().value();
  }

  private static StoreApiOptions oneAtATime(Duration patience) {
    return new StoreApiOptions(REGION, Optional.empty(), Duration.ZERO, () -> 0, QueryLimits.OFF,
        new StoreApiOptions.Admission(1, patience, 0));
  }

  private static FakeStorage series(int count, List<Chunk> chunks) {
    var storage = new FakeStorage();
    for (int i = 0; i < count; i++) {
      storage.add(Labels.of("n", "up", "z", "%04d".formatted(i)), chunks);
    }
    return storage;
  }

  /// Chunks of about 1 kB.
  private static List<Chunk> chunks(int count) {
    var random = new Random(1);
    var chunks = new ArrayList<Chunk>();
    var appender = new XorAppender();
    for (int i = 0; i < count; i++) {
      appender.reset();
      for (int j = 0; j < 120; j++) {
        appender.append((i * 120L + j) * 1000, Double.doubleToRawLongBits(random.nextGaussian()));
      }
      chunks.add(appender.chunk());
    }
    return chunks;
  }
}

package dev.marmoset.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.Polling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Promise 1 from outside: whatever was answered with 204 is there after a kill −9, and nothing that was never sent.
///
/// A killed process leaves the page cache alone, so this does not show that the log is forced to disk before the
/// answer; the crash tests of `storage.log` do. It shows the order of answer, log and replay in the shipped program.
class KillNineTest {
  /// A start is most of what a round costs.
  private static final int ROUNDS = 20;
  private static final int MANY_ROUNDS = 60;
  private static final int WRITERS = 8;
  private static final String METRIC = "kill_nine";
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 60 * MINUTE_MS;
  private static final long STEP_MS = 10;

  /// All rounds, a minute apart, are past.
  private final long base = System.currentTimeMillis() - MANY_ROUNDS * MINUTE_MS;
  private final RecordingWriter.Record record = RecordingWriter.Record.empty();

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();

  @Test
  void everyAcknowledgedSampleIsThereAfterKillNine(@TempDir Path directory) throws Exception {
    killAgainAndAgain(directory, ROUNDS, 9);
  }

  @Test
  @Tag("long")
  void everyAcknowledgedSampleIsThereAfterManyKills(@TempDir Path directory) throws Exception {
    killAgainAndAgain(directory, MANY_ROUNDS, System.nanoTime());
  }

  private void killAgainAndAgain(Path directory, int rounds, long seed) throws Exception {
    System.err.println("kill nine: seed " + seed);
    var random = new Random(seed);
    var store = MarmosetProcess.start("marmoset", directory);
    try {
      for (int round = 0; round < rounds; round++) {
        writeAndKill(store, round, 20 + random.nextInt(80));
        store = store.restartAnywhere();
        logs.watch(store.process());
        verify(store, round);
      }
    } finally {
      store.close();
    }
  }

  /// Kills the store while `WRITERS` are at it, once they have had `requests` answers between them.
  private void writeAndKill(MarmosetProcess store, int round, int requests)
      throws InterruptedException, ExecutionException {
    var acknowledged = new AtomicInteger();
    List<Future<RecordingWriter.Record>> writers = new ArrayList<>();
    try (var sender = new RemoteWriteSender(store.uri("/api/v1/write"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < WRITERS; writer++) {
        writers.add(threads.submit(writer(sender, round, writer, acknowledged)));
      }
      try {
        int _ = Polling.until(requests + " requests to be acknowledged", Duration.ofMinutes(3),
            () -> Optional.of(acknowledged.get()).filter(count -> count >= requests),
            () -> acknowledged.get() + " were. " + store.process().logTail());
      } finally {
        store.kill(); // ends the writers, too
      }
    }
    for (var writer : writers) {
      record.add(writer.get());
    }
  }

  /// Even writers go forward in time; odd ones go back from three hours ago, late samples of another window.
  private RecordingWriter writer(RemoteWriteSender sender, int round, int writer,
      AtomicInteger acknowledged) {
    var labels =
        Map.of("__name__", METRIC, "round", Integer.toString(round), "writer", Integer.toString(writer));
    long start = base + round * MINUTE_MS;
    return writer % 2 == 0
        ? new RecordingWriter(sender, labels, start, STEP_MS, acknowledged)
        : new RecordingWriter(sender, labels, start - 3 * HOUR_MS, -STEP_MS, acknowledged);
  }

  /// Compares with everything written so far, not with the last round only.
  private void verify(MarmosetProcess store, int round) {
    try (var client = new StoreClient(store.grpcAddress())) {
      var read = client.samples(METRIC, base - 24 * HOUR_MS, base + 2 * HOUR_MS);
      assertThat(missing(record.acknowledged(), read)).as("acknowledged but lost after round " + round)
          .isEmpty();
      assertThat(missing(read, record.sent())).as("there but never sent, after round " + round).isEmpty();
    }
  }

  /// The samples of `expected` that `actual` has not, or has with another value: times by label set.
  private static Map<String, List<Long>> missing(Map<Map<String, String>, NavigableMap<Long, Long>> expected,
      Map<Map<String, String>, NavigableMap<Long, Long>> actual) {
    var missing = new TreeMap<String, List<Long>>();
    expected.forEach((labels, samples) -> {
      var there = actual.getOrDefault(labels, new TreeMap<>());
      var times = samples.entrySet().stream()
          .filter(sample -> !sample.getValue().equals(there.get(sample.getKey())))
          .map(Map.Entry::getKey)
          .toList();
      if (!times.isEmpty()) {
        missing.put(new TreeMap<>(labels).toString(), times);
      }
    });
    return missing;
  }
}

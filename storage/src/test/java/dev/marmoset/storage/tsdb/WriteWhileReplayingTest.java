package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.PatientClock;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store whose earlier log cannot be read for a while: writes are taken and durable, nothing is served, and in the end
/// everything is there, without the earlier samples having become late ones.
class WriteWhileReplayingTest {
  private static final long NOW = 1_700_006_400_000L;
  private static final byte[] REGION = LabelRegion.encode(Labels.of("__name__", "m"));

  @TempDir
  Path directory;

  private final CountDownLatch readable = new CountDownLatch(1);

  @Test
  void writesAreDurableAndServedOnceTheReplayIsDone() throws IOException {
    try (Tsdb before = open(new LocalFileSystem())) {
      awaitReady(before);
      write(before, NOW, 100);
    }
    try (Tsdb store = open(slowToRead(new LocalFileSystem()))) {
      write(store, NOW + 100_000, 100);
      write(store, NOW + 200_000, 50);
      assertThat(store.notWritable()).isEmpty();
      assertThat(store.notReady()).contains("looking for earlier logs");
      readable.countDown();
      awaitReady(store);
      write(store, NOW + 250_000, 50);
      assertThat(times(store)).hasSize(300).isSorted().startsWith(NOW).endsWith(NOW + 299_000);
      assertThat(store.headStats().lateSamples()).isZero();
    }
  }

  private Tsdb open(FileSystem files) throws IOException {
    var clock = new PatientClock(() -> NOW);
    return Tsdb.open(
        new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "test",
            Duration.ofMillis(1), 0, Long.MAX_VALUE, 100, false,
            WindowOptions.standard(Labels.EMPTY, Duration.ofHours(24))),
        files, clock, new SecureRandom());
  }

  /// The same volume, but a segment of the log opens only once [#readable] is open.
  private FileSystem slowToRead(FileSystem files) {
    return (FileSystem) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {FileSystem.class},
        (_, method, arguments) -> {
          boolean segment =
              method.getReturnType() == ReadFile.class && arguments[0].toString().contains("seg-");
          if (segment && !Thread.currentThread().getName().equals("log")) {
            assertThat(readable.await(3, TimeUnit.MINUTES)).isTrue();
          }
          try {
            return method.invoke(files, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  /// Writes `n` samples a second apart.
  private static void write(Tsdb store, long from, int n) {
    CompletableFuture<CommitOutcome> commit;
    try (Appender appender = store.appender()) {
      long ref = appender.create(REGION, 0, REGION.length);
      for (int i = 0; i < n; i++) {
        assertThat(appender.append(ref, from + i * 1000L, i).accepted()).isTrue();
      }
      commit = appender.commit();
    }
    assertThat(commit.join()).isInstanceOf(CommitOutcome.Durable.class);
  }

  private static List<Long> times(Tsdb store) throws IOException {
    var times = new ArrayList<Long>();
    try (Querier querier = store.querier(new TimeRange(NOW, NOW + ChunkCut.WINDOW_MS))) {
      SeriesSet series = querier.select(List.of());
      assertThat(series.next()).isTrue();
      for (Chunk chunk : series.series().chunks()) {
        var samples = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
        while (samples.next()) {
          times.add(samples.time());
        }
      }
    }
    return times;
  }

  private static void awaitReady(Tsdb store) {
    PatientClock.await("ready", () -> store.notReady().isEmpty());
  }
}

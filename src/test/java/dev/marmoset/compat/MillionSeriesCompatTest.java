package dev.marmoset.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.Peers;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.tsdb.Tsdb;
import dev.marmoset.storage.tsdb.TsdbOptions;
import dev.marmoset.storage.window.WindowOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A window of a million series with one sample each becomes a block that promtool finds whole: symbols, postings and
/// offsets of an index of some 80 MB.
@Tag("peers")
class MillionSeriesCompatTest {
  private static final long BEGIN = ChunkCut.windowStart(1_700_000_000_000L);
  private static final int SERIES = 1_000_000;
  private static final int PER_REQUEST = 10_000;

  @TempDir
  Path directory;

  @Test
  void aBlockOfAMillionSeriesIsWhole() throws Exception {
    Path blocks = directory.resolve("data/blocks");
    var clock = new SetClock();
    try (Tsdb tsdb = Tsdb.open(
        new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "test", Duration.ZERO, 0,
            Long.MAX_VALUE, 0, false, WindowOptions.standard(Labels.EMPTY, Duration.ofHours(24))),
        new LocalFileSystem(), clock, new Random(1))) {
      while (tsdb.notReady().isPresent()) {
        Thread.onSpinWait();
      }
      for (int from = 0; from < SERIES; from += PER_REQUEST) {
        write(tsdb, from, from + PER_REQUEST, BEGIN + from / PER_REQUEST);
      }
      // A sample now and then keeps the lease until the window is due.
      long due = BEGIN + ChunkCut.WINDOW_MS + Duration.ofMinutes(6).toMillis();
      for (long now = BEGIN; now <= due; now += 5_000) {
        clock.now = now;
        write(tsdb, 0, 1, now);
      }
      tsdb.stepWindows();
    }
    String ulid = new LocalFileSystem().list(blocks).getFirst();
    assertThat(Files.readString(blocks.resolve(ulid).resolve("meta.json")))
        .containsPattern("\"numSeries\": ?" + SERIES);
    List<String> said = promtool("tsdb", "analyze", blocks.toString(), ulid);
    assertThat(said).contains("Total Series: " + SERIES).anyMatch(line -> line.equals("Label names: 3"));
  }

  private static void write(Tsdb tsdb, int from, int to, long t) {
    try (Appender appender = tsdb.appender()) {
      for (int i = from; i < to; i++) {
        byte[] region =
            LabelRegion.encode(Labels.of("__name__", "m" + i % 997, "host", "h" + i / 1000, "i", "v" + i));
        appender.append(appender.create(region, 0, region.length), t, Double.doubleToRawLongBits(i));
      }
      appender.commit().join();
    }
  }

  private List<String> promtool(String... arguments) throws Exception {
    Path out = directory.resolve("promtool.log");
    var command = new ArrayList<String>(List.of(Peers.PROMTOOL.binary().toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(out, UTF_8)).isZero();
    return Files.readAllLines(out);
  }

  /// Both clocks, set.
  private static final class SetClock implements Clock {
    private volatile long now = BEGIN;

    @Override
    public long wallMillis() {
      return now;
    }

    @Override
    public long nanos() {
      return now * 1_000_000;
    }
  }
}

package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.tsdb.ReplicaSimulation.Replica;
import dev.marmoset.storage.window.WindowOptions;
import dev.marmoset.storage.window.register.Registers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A start that cannot read a register does not know whether its window is closed: it takes nothing for it, and says so.
class UnreadableRegisterTest {
  private static final Labels CLUSTER = Labels.of("cluster", "eu");
  private static final Labels SERIES = Labels.of("__name__", "m", "n", "0");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir
  Path directory;

  private ReplicaSimulation simulation;
  private long closed;
  private long open;

  /// With a short acceptance window, which the next start lengthens: the first window is closed, the second is not.
  @BeforeEach
  void closeTheFirstWindow() throws IOException {
    var options = WindowOptions.standard(CLUSTER, Duration.ofMinutes(40));
    simulation = new ReplicaSimulation(directory, 1, options, Optional.empty());
    Replica first = simulation.join();
    closed = ChunkCut.windowStart(simulation.clock.wallMillis());
    open = closed + ChunkCut.WINDOW_MS;
    simulation.run(Duration.ofMillis(open + ChunkCut.WINDOW_MS + 600_000 - simulation.clock.wallMillis()), 1,
        0);
    var registers = new Registers(simulation.volume, simulation.data);
    assertThat(registers.read(closed).isClosed()).isTrue();
    assertThat(registers.read(open).isClosing()).isFalse();
    assertThat(registers.read(open).parts()).isNotEmpty();
    simulation.leave(first);
  }

  @AfterEach
  void close() throws IOException {
    simulation.close();
  }

  @Test
  void whatIsNotKnownToBeOpenIsPutOffUntilTheRegisterCanBeRead() throws IOException {
    Replica replica = startWithout(closed);
    assertThat(replica.tsdb.notReady()).hasValueSatisfying(
        why -> assertThat(why).contains("windows/" + closed + "/000001").contains("offset 0"));
    assertThat(replica.tsdb.windowStats().unreadable()).isOne();
    assertThat(write(replica, closed + 1)).isEqualTo("put off");
    assertThat(write(replica, simulation.clock.wallMillis())).isEqualTo("durable");
    assertThat(write(replica, open + 1)).isEqualTo("durable");

    replica.files.unreadable(_ -> false);
    keepFor(replica, Duration.ofSeconds(10));
    assertThat(replica.tsdb.notReady()).isEmpty();
    assertThat(replica.tsdb.windowStats().unreadable()).isZero();
    assertThat(write(replica, closed + 1)).isEqualTo("TOO_OLD");
    assertThat(write(replica, open + 2)).isEqualTo("durable");
    assertThat(replica.read(TimeRange.ALL)).containsKey(SERIES);
  }

  @Test
  void whatStaysUnreadableIsRefusedAndTakenAgainOnceItCanBeRead() throws IOException {
    Replica replica = startWithout(open);
    assertThat(write(replica, open + 1)).isEqualTo("put off");
    keepFor(replica, MINUTE.multipliedBy(11));
    assertThat(replica.tsdb.notReady()).isEmpty();
    assertThat(write(replica, open + 1)).isEqualTo("TOO_OLD");
    assertThat(write(replica, open + ChunkCut.WINDOW_MS + 1)).isEqualTo("durable");
    assertThat(replica.tsdb.windowStats().unreadable()).isOne();

    replica.files.unreadable(_ -> false);
    keepFor(replica, MINUTE.multipliedBy(2));
    assertThat(write(replica, open + 1)).isEqualTo("durable");
    assertThat(replica.tsdb.windowStats().unreadable()).isZero();
  }

  /// Its blocks are needed all the same, and its log segments.
  @Test
  void nothingIsDeletedMeanwhile() throws IOException {
    Path blocks = simulation.data.resolve("blocks");
    var before = simulation.volume.list(blocks);
    Replica replica = startWithout(closed);
    keepFor(replica, MINUTE.multipliedBy(40));
    assertThat(simulation.volume.list(blocks)).containsAll(before);
    replica.files.unreadable(_ -> false);
    keepFor(replica, MINUTE.multipliedBy(2));
    simulation.assertComplete(TimeRange.ALL);
  }

  private Replica startWithout(long window) throws IOException {
    Path register = simulation.data.resolve("windows").resolve(Long.toString(window));
    return simulation.join(WindowOptions.standard(CLUSTER, Duration.ofHours(24)),
        path -> path.startsWith(register));
  }

  private void keepFor(Replica replica, Duration duration) {
    for (long passed = 0; passed < duration.toMillis(); passed += 5_000) {
      simulation.clock.pass(5_000);
      simulation.tick();
      simulation.follow();
      replica.tsdb.stepWindows();
    }
  }

  private static String write(Replica replica, long t) {
    byte[] region = LabelRegion.encode(SERIES);
    try (Appender request = replica.tsdb.appender()) {
      AppendResult verdict =
          request.append(request.create(region, 0, region.length), t, Double.doubleToRawLongBits(1));
      if (!verdict.accepted()) {
        return verdict.toString();
      }
      return request.commit().resultNow() instanceof CommitOutcome.Durable ? "durable" : "put off";
    }
  }
}

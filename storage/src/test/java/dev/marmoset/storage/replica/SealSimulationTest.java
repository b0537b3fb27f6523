package dev.marmoset.storage.replica;

import static dev.marmoset.storage.replica.ReplicaFixture.DATA;
import static dev.marmoset.storage.replica.ReplicaFixture.ulid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.SteppedLog;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.LogTail.Status;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// An owner that is stopped at any operation for any time, two survivors that may be stopped too, a volume that fails:
/// what was acknowledged lies below the end that a seal states (I1, I2), there is one seal at most (I4), and both
/// survivors have read it.
class SealSimulationTest {
  private static final Ulid OWNER = ulid(1);
  private static final int SEEDS = 400;
  private static final int EVENTS = 120;

  private Random random = new Random(0);
  private final FaultyFileSystem files = new FaultyFileSystem();
  private final VirtualClock clock = new VirtualClock();
  private final SteppedLog owner = new SteppedLog(files, DATA, OWNER, clock);
  private final Map<Double, CompletableFuture<CommitOutcome>> sent = new HashMap<>();
  private List<ReplicaFixture> survivors = List.of();
  private boolean inOwner;
  private int stopBefore = -1;

  @Test
  void nothingAcknowledgedIsBehindASeal() throws IOException {
    int sealed = 0;
    int acknowledged = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      var simulation = new SealSimulationTest();
      simulation.random = new Random(seed);
      simulation.run();
      sealed += simulation.check(seed) ? 1 : 0;
      acknowledged += (int) simulation.sent.values().stream().filter(SealSimulationTest::isDurable).count();
    }
    assertThat(sealed).as("seals happen").isBetween(SEEDS / 10, SEEDS - SEEDS / 10);
    assertThat(acknowledged).as("and so do writes").isGreaterThan(SEEDS * 10);
  }

  private void run() throws IOException {
    survivors = List.of(new ReplicaFixture(files, clock, 2), new ReplicaFixture(files, clock, 3));
    owner.open();
    files.beforeEach(this::maybeStop);
    for (int event = 0; event < EVENTS; event++) {
      switch (random.nextInt(60)) {
        case 0 -> stopBefore = files.operations().size() + random.nextInt(6);
        case 1, 2, 3, 4 -> files.failAt(files.operations().size() + random.nextInt(10), fault());
        case 5 -> passFor(random.nextInt(20_000));
        case 6, 7, 8, 9, 10 -> passFor(random.nextInt(2_000));
        default -> {
          write(event);
          passFor(20);
        }
      }
      stepOwner();
    }
  }

  private Fault fault() {
    return List.of(Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.STALE, Fault.SHORT).get(random.nextInt(4));
  }

  private void write(double value) {
    sent.put(value, owner.write(1, clock.wallMillis(), value));
  }

  private void stepOwner() {
    inOwner = true;
    owner.step();
    inOwner = false;
  }

  /// The owner alone is stopped in the middle of what it does; the others go on.
  private void maybeStop(int operation) {
    if (inOwner && operation >= stopBefore && stopBefore >= 0) {
      stopBefore = -1;
      inOwner = false;
      passFor(5_000 + random.nextInt(75_000));
      inOwner = true;
    }
  }

  private void passFor(long millis) {
    boolean oneIsStopped = random.nextInt(4) == 0;
    for (long passed = 0; passed < millis; passed += 500) {
      clock.pass(Math.min(500, millis - passed));
      for (ReplicaFixture survivor : survivors) {
        if (!oneIsStopped || survivor != survivors.getFirst()) {
          survivor.step();
        }
      }
    }
  }

  private boolean check(int seed) throws IOException {
    files.beforeEach(_ -> {
    });
    survivors.forEach(survivor -> survivor.leaseIsValid = false);
    for (int i = 0; i < 5; i++) {
      survivors.forEach(survivor -> survivor.run(3_000));
    }
    Set<Double> valid = readAll(seed);
    sent.forEach((value, answer) -> {
      if (isDurable(answer)) {
        assertThat(valid).as("seed %d: acknowledged", seed).contains(value);
      }
    });
    var log = LogCatalog.read(files, DATA).logs().stream().filter(found -> found.incarnation().equals(OWNER))
        .findFirst().orElseThrow();
    assertThat(log.damage()).as("seed %d", seed).isEmpty();
    for (ReplicaFixture survivor : survivors) {
      assertThat(survivor.values).as("seed %d: read by a survivor", seed).containsAll(valid)
          .doesNotHaveDuplicates();
      assertThat(survivor.view(OWNER).status() == Status.SEALED).as("seed %d", seed).isEqualTo(log.sealed());
      assertThat(survivor.view(OWNER).damaged()).as("seed %d", seed).isFalse();
    }
    return log.sealed();
  }

  private static boolean isDurable(CompletableFuture<CommitOutcome> answer) {
    return answer.getNow(new CommitOutcome.Unavailable("pending")) instanceof CommitOutcome.Durable;
  }

  private Set<Double> readAll(int seed) throws IOException {
    var values = new HashSet<Double>();
    for (LogSegmentFile segment : LogCatalog.read(files, DATA).segments()) {
      var outcome = new LogReader(files).read(segment, new LogVisitor() {
        @Override
        public void series(int number, Labels labels) {}

        @Override
        public void sample(int number, long t, long valueBits) {
          assertThat(values.add(Double.longBitsToDouble(valueBits))).as("seed %d: once", seed).isTrue();
        }

        @Override
        public void histogram(int number, long t, HistogramSample sample) {}
      });
      assertThat(outcome.getClass().getSimpleName()).as("seed %d: %s", seed, outcome)
          .isIn("Complete", "TornTail");
    }
    return values;
  }
}

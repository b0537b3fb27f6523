package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.tsdb.ReplicaSimulation.Replica;
import dev.marmoset.storage.window.LateSamples;
import dev.marmoset.storage.window.WindowOptions;
import dev.marmoset.storage.window.register.RegisterRecord;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.Registers;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Days of two and three replicas on one volume, of which some die at work, some leave and some join.
class ReplicaWindowsTest {
  private static final Labels CLUSTER = Labels.of("cluster", "eu");
  private static final Duration DAY = Duration.ofHours(24);

  /// Of the work on a window: before and after each of them others must be able to go on.
  private static final List<String> STAGES = List.of("link claim register", "rename block",
      "link part register", "link commit register", "open block", "link uploaded register");

  @TempDir
  Path directory;

  @Test
  void aWindowIsWrittenOnceNotOncePerReplica() throws IOException {
    var options = WindowOptions.standard(CLUSTER, Duration.ofMinutes(40));
    try (var simulation = new ReplicaSimulation(directory, 1, options, Optional.empty())) {
      for (int i = 0; i < 3; i++) {
        simulation.join();
      }
      simulation.run(Duration.ofHours(9), 4, 0);
      simulation.assertComplete(TimeRange.ALL);
      long bytes = 0;
      int closed = 0;
      for (WindowState state : new Registers(simulation.volume, simulation.data).readAll().values()) {
        bytes += registered(state);
        assertThat(state.blocks()).as(state.toString()).hasSize(1);
        if (state.isClosed()) {
          closed++;
          assertThat(state.records().stream().filter(Part.class::isInstance)).hasSize(1);
        }
      }
      assertThat(closed).isGreaterThanOrEqualTo(3);
      assertThat(simulation.written()).isEqualTo(bytes);
      assertThat(simulation.replicas.stream().filter(replica -> replica.tsdb.windowStats().parts() > 0))
          .as("the work is shared").hasSizeGreaterThan(1);
    }
  }

  @Test
  void sevenDaysOfJoinsLeavesAndDeathsEndInOneFinalBlockPerWindow() throws IOException {
    Path bucket = directory.resolve("bucket");
    var options = WindowOptions.standard(CLUSTER, DAY).withBucket(LateSamples.WAIT, true);
    try (var simulation = new ReplicaSimulation(directory, 2, options, Optional.of(bucket))) {
      simulation.join();
      simulation.join();
      int doom = 0;
      for (long end = simulation.clock.wallMillis() + 7 * DAY.toMillis(); simulation.clock
          .wallMillis() < end;) {
        doom = happen(simulation, doom);
        simulation.run(Duration.ofMinutes(20 + simulation.random.nextInt(60)), 3, 20);
        simulation.assertComplete(TimeRange.ALL);
      }
      simulation.run(Duration.ofHours(28), 0, 0);
      long closed = simulation.clock.wallMillis() - DAY.plusMinutes(8).toMillis();
      long needed = 0;
      for (WindowState state : new Registers(simulation.volume, simulation.data).readAll().values()) {
        if (state.end() <= closed) {
          assertThat(state.isClosed()).as(state.toString()).isTrue();
          assertThat(state.commits()).hasSize(1);
          assertThat(state.blocks()).hasSize(1);
          assertThat(state.notUploaded()).as(state.toString()).isEmpty();
        }
        needed += registered(state);
      }
      simulation.assertComplete(TimeRange.ALL);
      TsdbWindowsTest.assertBucketHolds(bucket, simulation.sent(TimeRange.ALL), closed);
      assertThat(simulation.deaths()).as("deaths at work").hasSizeGreaterThan(40).containsAll(STAGES);
      assertThat(simulation.written()).as("bytes of blocks in vain").isLessThan(needed * 11 / 10);
    }
  }

  @Test
  void aRollOfOneTaskLeavesNoGapAndWritesNothingTwice() throws IOException {
    var options = WindowOptions.standard(CLUSTER, DAY);
    try (var simulation = new ReplicaSimulation(directory, 4, options, Optional.empty())) {
      Replica running = simulation.join();
      for (int roll = 0; roll < 8; roll++) {
        simulation.run(Duration.ofMinutes(61), 3, 0);
        Replica next = simulation.join();
        simulation.assertComplete(TimeRange.ALL);
        simulation.run(Duration.ofMinutes(4), 3, 0);
        simulation.leave(running);
        simulation.follow();
        simulation.assertComplete(TimeRange.ALL);
        running = next;
      }
      for (WindowState state : new Registers(simulation.volume, simulation.data).readAll().values()) {
        assertThat(state.parts()).as(state.toString()).hasSize(1);
      }
    }
  }

  @Test
  void aCloseThatOneHasBegunAndLeftIsDoneByTheNext() throws IOException {
    var options = WindowOptions.standard(CLUSTER, Duration.ofMinutes(40));
    try (var simulation = new ReplicaSimulation(directory, 5, options, Optional.empty())) {
      simulation.join();
      simulation.join();
      var registers = new Registers(simulation.volume, simulation.data);
      long start = ChunkCut.windowStart(simulation.clock.wallMillis());
      while (!registers.read(start).isClosing()) {
        simulation.run(Duration.ofMillis(ReplicaSimulation.STEP_MS), 3, 0);
      }
      Ulid closer = registers.read(start).lastClaim().orElseThrow().author();
      simulation.leave(simulation.replicas.stream()
          .filter(replica -> replica.tsdb.incarnation().equals(closer)).findFirst().orElseThrow());
      assertThat(registers.read(start).isClosed()).isFalse();
      simulation.run(Duration.ofMinutes(10), 3, 0);
      assertThat(registers.read(start).commits()).hasSize(1)
          .noneMatch(commit -> commit.author().equals(closer));
      simulation.assertComplete(TimeRange.ALL);
    }
  }

  @Test
  void patchesHoldEachSampleOnce() throws IOException {
    Path bucket = directory.resolve("bucket");
    var options = WindowOptions.standard(CLUSTER, Duration.ofHours(6)).withBucket(LateSamples.PATCH, true);
    try (var simulation = new ReplicaSimulation(directory, 3, options, Optional.of(bucket))) {
      simulation.withoutRetries();
      simulation.join();
      simulation.join();
      simulation.run(Duration.ofHours(14), 3, 20);
      simulation.assertComplete(TimeRange.ALL);
      simulation.run(Duration.ofHours(9), 0, 0);
      simulation.assertComplete(TimeRange.ALL);
      long closed = ChunkCut.windowStart(simulation.clock.wallMillis() - Duration.ofHours(8).toMillis());
      var inBucket = TsdbWindowsTest.read(bucket);
      inBucket.values().forEach(samples -> samples.tailMap(closed).clear());
      assertThat(inBucket).isEqualTo(simulation.sent(new TimeRange(0, closed - 1)));
    }
  }

  /// Bytes of the blocks that became parts or were merged into the final block.
  private static long registered(WindowState state) {
    long bytes = 0;
    for (RegisterRecord next : state.records()) {
      if (next instanceof Part part) {
        bytes += part.files().stream().mapToLong(RegisterRecord.BlockFile::bytes).sum();
      } else if (next instanceof RegisterRecord.Commit commit && !commit.replaced().isEmpty()) {
        bytes += commit.publication().stream().flatMap(block -> block.files().stream())
            .mapToLong(RegisterRecord.BlockFile::bytes).sum();
      }
    }
    return bytes;
  }

  private static int happen(ReplicaSimulation simulation, int doom) throws IOException {
    Replica one = simulation.any();
    switch (simulation.random.nextInt(6)) {
      case 0 -> simulation.kill(one);
      case 1 -> simulation.leave(one);
      case 2, 3 -> {
        if (simulation.replicas.size() < 3) {
          simulation.join();
        }
      }
      default -> {
        for (Replica replica : simulation.replicas) {
          if (doom % 2 == 0) {
            replica.files.dieIn(doom / 2, simulation.random.nextBoolean());
          } else {
            replica.files.dieIn(stage(simulation, doom), simulation.random.nextBoolean());
          }
        }
      }
    }
    if (simulation.replicas.isEmpty()) {
      simulation.join();
    }
    simulation.awaitSeals();
    return doom + 1;
  }

  /// One that nobody has died in yet, as long as there is one.
  private static String stage(ReplicaSimulation simulation, int doom) {
    return STAGES.stream().filter(stage -> !simulation.deaths().contains(stage)).findFirst()
        .orElse(STAGES.get(doom / 2 % STAGES.size()));
  }
}

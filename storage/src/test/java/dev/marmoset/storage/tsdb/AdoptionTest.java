package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Rendezvous;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.tsdb.ReplicaSimulation.Replica;
import dev.marmoset.storage.window.WindowOptions;
import dev.marmoset.storage.window.register.RegisterFiles;
import dev.marmoset.storage.window.register.Registers;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one replica has cut, the others take over: at no moment is a sample missing or there twice.
class AdoptionTest {
  private static final Labels ENDED = Labels.of("__name__", "ended");
  private static final long MINUTE = 60_000;

  @TempDir
  Path directory;

  private ReplicaSimulation simulation;
  /// Of the window that is about to be cut, ms.
  private long start;
  /// Who cuts it.
  private Replica author;
  private Replica other;
  private int asked;

  @BeforeEach
  void upToTheCut() throws IOException {
    simulation = new ReplicaSimulation(directory, 1,
        WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(24)), Optional.empty());
    Replica a = simulation.join();
    Replica b = simulation.join();
    start = ChunkCut.windowStart(simulation.clock.wallMillis());
    a.send(ENDED, simulation.clock.wallMillis());
    long due = start + ChunkCut.WINDOW_MS + WindowOptions.CUT_DELAY.toMillis();
    simulation.run(Duration.ofMillis(due - simulation.clock.wallMillis() - 3 * MINUTE), 3, 0);
    boolean first = Rendezvous.rank(start, a.tsdb.incarnation(), List.of(b.tsdb.incarnation())) == 0;
    author = first ? a : b;
    other = first ? b : a;
    pass(due - simulation.clock.wallMillis());
  }

  @AfterEach
  void close() throws IOException {
    simulation.close();
  }

  @Test
  void whatOneHasCutTheOtherDoesNotCutAgain() throws IOException {
    cutByAuthor();
    letAdopt();
    assertThat(other.tsdb.windowStats().adopted()).isOne();
    simulation.run(Duration.ofHours(4), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    for (WindowState state : new Registers(simulation.volume, simulation.data).readAll().values()) {
      assertThat(state.parts()).as(state.toString()).hasSize(1);
    }
  }

  /// Between the author's freezing and ours: the block lacks it, our memory has it, and it is the latest of its series.
  @Test
  void whatCameAfterTheCutIsReadFromTheLogsAgain() throws IOException {
    cutByAuthor();
    other.send(ENDED, start + ChunkCut.WINDOW_MS - 5);
    author.send(ENDED, start + ChunkCut.WINDOW_MS - 4);
    simulation.follow();
    letAdopt();
    assertThat(other.tsdb.windowStats().adopted()).isOne();
    assertThat(other.tsdb.windowStats().failures()).isZero();
    simulation.run(Duration.ofHours(4), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    assertThat(new Registers(simulation.volume, simulation.data).read(start).parts()).hasSize(2);
  }

  @Test
  void aBlockMayHoldWhatWeHaveNotReadYet() throws IOException {
    // Frozen here before, and the registers were read.
    other.tsdb.stepWindows();
    pass(45_000);
    other.tsdb.stepWindows();
    author.send(ENDED, start + ChunkCut.WINDOW_MS - 5);
    simulation.clock.pass(3_000);
    author.tsdb.stepWindows();
    assertThat(author.tsdb.windowStats().parts()).isOne();
    long late = other.tsdb.headStats().lateSamples();
    simulation.clock.pass(3_000);
    other.tsdb.stepWindows();
    assertThat(other.tsdb.windowStats().adopted()).isOne();
    simulation.assertComplete(TimeRange.ALL);
    simulation.tick();
    simulation.follow();
    assertThat(other.tsdb.headStats().lateSamples()).as("left out").isEqualTo(late);
    simulation.assertComplete(TimeRange.ALL);
    simulation.run(Duration.ofHours(4), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    assertThat(new Registers(simulation.volume, simulation.data).read(start).parts()).hasSize(1);
  }

  @Test
  void aBlockThatCannotBeReadHereDoesNotReplaceMemory() throws IOException {
    other.files.unreadable(path -> path.startsWith(RegisterFiles.blocks(simulation.data)));
    cutByAuthor();
    letAdopt();
    simulation.run(Duration.ofMinutes(10), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    assertThat(other.tsdb.windowStats().adopted()).isZero();
    assertThat(other.tsdb.windowStats().parts()).isZero();
    other.files.unreadable(_ -> false);
    simulation.run(Duration.ofMinutes(4), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    assertThat(other.tsdb.windowStats().adopted()).isOne();
  }

  @Test
  void aDamagedBlockIsCutOnceMoreByWhoeverHasTheMemory() throws IOException {
    cutByAuthor();
    var registers = new Registers(simulation.volume, simulation.data);
    Path block = RegisterFiles.blocks(simulation.data)
        .resolve(registers.read(start).parts().getFirst().block().toString());
    try (var index = Files.newByteChannel(block.resolve("index"), StandardOpenOption.WRITE)) {
      index.write(ByteBuffer.wrap(new byte[] {0}));
    }
    simulation.run(Duration.ofMinutes(6), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    assertThat(other.tsdb.windowStats().quarantined()).isOne();
    assertThat(other.tsdb.windowStats().adopted()).isZero();
    assertThat(registers.read(start).parts()).hasSize(2);
    Replica third = simulation.join();
    assertThat(third.read(TimeRange.ALL)).isEqualTo(simulation.sent(TimeRange.ALL));
  }

  @Test
  void memoryStaysWhenTheLogsCannotBeReadAgain() throws IOException {
    cutByAuthor();
    other.send(ENDED, start + ChunkCut.WINDOW_MS - 5);
    simulation.follow();
    Path log = LogFiles.log(simulation.data, other.tsdb.incarnation());
    other.files.unreadable(path -> path.startsWith(log));
    letAdopt();
    assertThat(other.tsdb.windowStats().adopted()).isZero();
    assertThat(other.tsdb.windowStats().failures()).isPositive();
    // The author has the sample too, and cuts it as a late one.
    simulation.run(Duration.ofHours(3), 3, 0);
    simulation.assertComplete(TimeRange.ALL);
    assertThat(new Registers(simulation.volume, simulation.data).read(start).parts()).hasSize(2)
        .allMatch(part -> part.author().equals(author.tsdb.incarnation()));
    assertThat(other.tsdb.windowStats().adopted()).isPositive();
  }

  @Test
  void theNextInLineCutsWhenTheFirstIsGone() throws IOException {
    simulation.kill(author);
    other.tsdb.stepWindows();
    assertThat(other.tsdb.windowStats().parts()).isZero();
    simulation.awaitSeals();
    other.tsdb.stepWindows();
    assertThat(other.tsdb.windowStats().parts()).isOne();
    simulation.assertComplete(TimeRange.ALL);
  }

  private void cutByAuthor() throws IOException {
    author.tsdb.stepWindows();
    assertThat(author.tsdb.windowStats().parts()).isOne();
    simulation.assertComplete(TimeRange.ALL);
  }

  /// The other one freezes its memory, leaves the work to the author, and hears of the block. It is asked before every
  /// operation on the volume.
  private void letAdopt() throws IOException {
    other.files.beforeEach(this::askOther);
    other.keep();
    simulation.assertComplete(TimeRange.ALL);
    pass(65_000);
    other.keep();
    simulation.assertComplete(TimeRange.ALL);
    assertThat(other.tsdb.windowStats().parts()).isZero();
    assertThat(asked).isGreaterThan(10);
  }

  private void askOther() {
    try {
      asked++;
      assertThat(other.read(TimeRange.ALL)).isEqualTo(simulation.sent(TimeRange.ALL));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Lets time pass in steps in which all say that they live and follow each other.
  private void pass(long millis) {
    for (long left = millis; left > 0; left -= 5_000) {
      simulation.clock.pass(Math.min(left, 5_000));
      simulation.tick();
      simulation.follow();
    }
  }
}

package dev.marmoset.storage.window.register;

import static dev.marmoset.storage.window.register.RegisterExamples.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.WindowState.Health;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Authors that take each other for dead at any moment, sleep between deciding and writing, and sit on a volume that
/// fails: at most one final block, and nobody believes in one that does not count.
class RegisterRaceTest {
  private static final Path DATA = Path.of("/v");
  private static final int SEEDS = 1_000;
  private static final int STEPS = 60;

  /// One author: it looks, decides, and may be overtaken before it writes.
  private static final class Author {
    private final Ulid incarnation;
    private final Registers registers;
    private final RegisterWriter writer;
    private final Random random;
    private WindowState seen = WindowState.empty(START);
    private Optional<RegisterRecord> intended = Optional.empty();
    private final List<RegisterRecord> believed = new ArrayList<>();

    private Author(FaultyFileSystem files, Ulid incarnation, Random random) throws IOException {
      this.incarnation = incarnation;
      this.random = random;
      this.registers = new Registers(files, DATA);
      this.writer = new RegisterWriter(files, DATA, incarnation, new VirtualClock(), random);
      files.createDirectories(LogFiles.temporary(DATA, incarnation));
    }

    private void step() {
      if (intended.isPresent()) {
        write(intended.get());
      } else if (random.nextBoolean()) {
        seen = registers.refresh(seen);
      } else if (seen.health() == Health.WHOLE) {
        intended = decide().filter(seen::accepts);
      }
    }

    private Optional<RegisterRecord> decide() {
      if (seen.openClaim().filter(claim -> claim.author().equals(incarnation)).isPresent()) {
        return Optional.of(random.nextInt(3) > 0 ? part() : commit());
      }
      return seen.mayClaim(_ -> random.nextBoolean())
          ? Optional.of(new Claim(writer.stamp(seen), Purpose.FINAL, true, incarnation))
          : Optional.empty();
    }

    private Part part() {
      return new Part(writer.stamp(seen), new Ulid(1, random.nextLong()), List.of(),
          RegisterExamples.span(1, 1));
    }

    private Commit commit() {
      return new Commit(writer.stamp(seen), Edition.FINAL, Optional.empty(), List.of(),
          RegisterExamples.span(1, 1));
    }

    private void write(RegisterRecord next) {
      switch (writer.append(seen, next)) {
        case RegisterWriter.Appended(WindowState state) -> {
          believed.add(next);
          seen = state;
          intended = Optional.empty();
        }
        case RegisterWriter.Lost(WindowState state) -> {
          seen = state;
          intended = Optional.empty();
        }
        case RegisterWriter.Unknown _ -> {
          // The same record again.
        }
      }
    }
  }

  @Test
  void atMostOneFinalCommitCountsAndEverybodyKnowsWhose() throws IOException {
    int committed = 0;
    int taken = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new Random(seed);
      var files = new FaultyFileSystem();
      var authors = List.of(new Author(files, RegisterExamples.A, random),
          new Author(files, RegisterExamples.B, random));
      for (int step = 0; step < STEPS; step++) {
        if (random.nextInt(3) == 0) {
          files.failAt(files.operations().size() + random.nextInt(8), fault(random));
        }
        authors.get(random.nextInt(2)).step();
      }
      WindowState end = settle(files);
      assertThat(end.commits()).as("seed " + seed).hasSizeLessThanOrEqualTo(1);
      for (Author author : authors) {
        assertThat(end.records()).as("seed " + seed).containsAll(author.believed);
        assertThat(counting(end)).as("seed " + seed).containsAll(author.believed.stream()
            .filter(next -> !(next instanceof Claim)).toList());
      }
      committed += end.commits().size();
      taken += end.records().stream().map(RegisterRecord::author).distinct().count() > 1 ? 1 : 0;
    }
    assertThat(committed).as("the race does end").isGreaterThan(SEEDS / 4);
    assertThat(taken).as("claims are taken over").isGreaterThan(SEEDS / 4);
  }

  private static Fault fault(Random random) {
    return List.of(Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.STALE, Fault.SHORT).get(random.nextInt(4));
  }

  private static WindowState settle(FaultyFileSystem files) {
    var registers = new Registers(files, DATA);
    WindowState state = registers.read(START);
    for (int look = 0; look < 20; look++) {
      state = registers.refresh(state);
    }
    assertThat(state.health()).isEqualTo(Health.WHOLE);
    return state;
  }

  private static List<RegisterRecord> counting(WindowState state) {
    var counting = new ArrayList<RegisterRecord>(state.parts());
    counting.addAll(state.commits());
    return counting;
  }
}

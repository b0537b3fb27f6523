package dev.marmoset.storage.replica;

import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A replica that only follows, under virtual time.
final class ReplicaFixture implements Peers {
  static final Path DATA = Path.of("/v");

  final Ulid incarnation;
  final Follower follower;
  final List<Double> values = new ArrayList<>();
  final List<String> heard = new ArrayList<>();
  boolean leaseIsValid = true;
  private final VirtualClock clock;
  private long due;

  ReplicaFixture(FaultyFileSystem files, VirtualClock clock, int number) throws IOException {
    this.clock = clock;
    this.incarnation = ulid(number);
    files.createDirectories(LogFiles.temporary(DATA, incarnation));
    var options = new FollowOptions(DATA, incarnation, "test", FollowOptions.INTERVAL);
    this.follower =
        new Follower(options, files, clock, new Random(number), () -> new RecordingIntake(values), this);
    this.due = clock.nanos();
  }

  static Ulid ulid(int number) {
    return Ulid.of(1_700_000_000_000L, 0, number * 0x9e3779b97f4a7c15L);
  }

  /// Steps when it is due.
  void step() {
    if (clock.nanos() - due >= 0) {
      due = clock.nanos() + follower.step();
    }
  }

  /// Lets time pass in small steps.
  void run(long millis) {
    for (long passed = 0; passed < millis; passed += 100) {
      clock.pass(100);
      step();
    }
  }

  LogView view(Ulid log) {
    return follower.view().stream().filter(view -> view.incarnation().equals(log)).findFirst().orElseThrow();
  }

  @Override
  public boolean leaseIsValid() {
    return leaseIsValid;
  }

  @Override
  public void noted(Ulid log, LogNote note) {
    heard.add(log + " " + note);
  }

  @Override
  public void vanished(Ulid log) {
    heard.add(log + " vanished");
  }
}

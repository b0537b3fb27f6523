package dev.marmoset.storage.log;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.record.SegmentEncoder.Identity;
import dev.marmoset.storage.log.record.SegmentEncoder.Previous;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Asks for the next name of the log, for as long as the answer is unknown. Confined to the log thread.
///
/// While a creation is pending its content stays the same: a link that was carried out although its reply got lost is
/// recognised by it.
final class SegmentCreation {
  private final LogOptions options;
  private final FileSystem files;
  private final Clock clock;
  private final RandomGenerator random;
  private final Path directory;
  private final Path temporary;
  private Optional<ExclusiveCreate> pending = Optional.empty();
  private IOException lastError = new IOException("no attempt yet");
  private long number;
  private int length;
  private long began;
  private long beganWall;

  SegmentCreation(LogOptions options, FileSystem files, Clock clock, RandomGenerator random) {
    this.options = options;
    this.files = files;
    this.clock = clock;
    this.random = random;
    this.directory = LogFiles.log(options.data(), options.incarnation());
    this.temporary = LogFiles.temporary(options.data(), options.incarnation());
  }

  /// Creates the directories of this incarnation, durably.
  void createDirectories() throws IOException {
    files.createDirectories(temporary);
    files.createDirectories(directory);
    files.forceDirectory(options.data().resolve(LogFiles.TEMPORARY));
    files.forceDirectory(LogFiles.logs(options.data()));
    files.forceDirectory(options.data());
  }

  boolean isPending() {
    return pending.isPresent();
  }

  /// What an ordinary segment or a seal behind `end` says about itself. Remembers its nonce for [#prepare].
  Identity next(LogPosition end, int reason) {
    number = end.segment() + 1;
    Optional<Previous> previous = number == 1
        ? Optional.empty()
        : Optional.of(new Previous(end.offset(), reason, options.incarnation()));
    return new Identity(options.incarnation(), number, random.nextLong(), clock.wallMillis(), previous);
  }

  /// Makes the content of the segment described by `identity` pending.
  void prepare(Identity identity, byte[] content) {
    number = identity.number();
    length = content.length;
    began = clock.nanos();
    beganWall = clock.wallMillis();
    String nonce = HexFormat.of().toHexDigits(identity.nonce());
    pending = Optional
        .of(new ExclusiveCreate(files, path(), temporary, nonce, content));
  }

  /// Asks for the pending segment.
  ExclusiveCreate.Result attempt() {
    ExclusiveCreate create = pending.orElseThrow();
    ExclusiveCreate.Result result = create.attempt();
    if (result == ExclusiveCreate.Result.UNKNOWN) {
      lastError = create.lastError();
    } else {
      pending = Optional.empty();
    }
    return result;
  }

  /// Why the last attempt led nowhere.
  IOException lastError() {
    return lastError;
  }

  /// Opens the segment just won.
  AppendFile openWon() throws IOException {
    return files.append(path());
  }

  Path path() {
    return directory.resolve(LogFiles.segment(number));
  }

  /// The segment just won, at its end.
  LogPosition won() {
    return new LogPosition(options.incarnation(), number, length);
  }

  /// Monotonic clock before the first attempt, ns.
  long began() {
    return began;
  }

  /// Wall clock before the first attempt, ms.
  long beganWall() {
    return beganWall;
  }
}

package dev.marmoset.storage.window.register;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.window.register.RegisterRecord.Stamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Appends records to the registers of a volume, as one incarnation. Confined to one thread.
///
/// A record is created exclusively under the number that follows everything its author has read, so what the author has
/// decided on is what the record meets.
public final class RegisterWriter {
  /// How an attempt ended.
  public sealed interface Outcome {}

  /// The record is in the register, durable, and it counts.
  ///
  /// @param state the register with it
  public record Appended(WindowState state) implements Outcome {}

  /// Somebody else has written first; decide anew.
  ///
  /// @param state the register as it is now
  public record Lost(WindowState state) implements Outcome {}

  /// The volume gave no answer: the record may be there now, may come to be there later, or never. Ask again with the
  /// same record; until the answer is known, keep what the record refers to.
  ///
  /// @param cause what went wrong
  public record Unknown(IOException cause) implements Outcome {}

  private record Pending(RegisterRecord value, ExclusiveCreate create) {}

  private final FileSystem files;
  private final Path data;
  private final Ulid incarnation;
  private final Clock clock;
  private final RandomGenerator random;
  private final Registers registers;
  private final Map<Long, Pending> pending = new HashMap<>();

  /// A writer for one incarnation, whose directory for temporary files exists.
  public RegisterWriter(FileSystem files, Path data, Ulid incarnation, Clock clock, RandomGenerator random) {
    this.files = files;
    this.data = data;
    this.incarnation = incarnation;
    this.clock = clock;
    this.random = random;
    this.registers = new Registers(files, data);
  }

  /// The stamp of a record that is to follow everything in `seen`.
  public Stamp stamp(WindowState seen) {
    return new Stamp(seen.nextNumber(), incarnation, random.nextLong(), clock.wallMillis());
  }

  /// Appends a record that was decided on by `seen`.
  ///
  /// @param next stamped for `seen` by this writer; what it refers to is durable
  /// @throws IllegalArgumentException if the record would not count
  public Outcome append(WindowState seen, RegisterRecord next) {
    if (!seen.accepts(next) || !next.author().equals(incarnation)) {
      throw new IllegalArgumentException("appending " + next + " to " + seen + " by " + incarnation
          + ": the record would not count");
    }
    try {
      ExclusiveCreate create = creation(seen.start(), next);
      return switch (create.attempt()) {
        case UNKNOWN -> new Unknown(create.lastError());
        case WON -> {
          pending.remove(seen.start());
          yield new Appended(seen.plus(next));
        }
        case LOST -> {
          pending.remove(seen.start());
          yield new Lost(registers.refresh(seen));
        }
      };
    } catch (IOException e) {
      return new Unknown(e);
    }
  }

  private ExclusiveCreate creation(long start, RegisterRecord next) throws IOException {
    Pending open = pending.get(start);
    if (open != null && open.value().equals(next)) {
      return open.create();
    }
    Path directory = RegisterFiles.window(data, start);
    if (next.number() == 1) {
      files.createDirectories(directory);
      files.forceDirectory(RegisterFiles.windows(data));
      files.forceDirectory(data);
    }
    var create = new ExclusiveCreate(files, directory.resolve(RegisterFiles.record(next.number())),
        LogFiles.temporary(data, incarnation), "register-" + HexFormat.of().toHexDigits(next.stamp().nonce()),
        RegisterFormat.encode(start, next));
    pending.put(start, new Pending(next, create));
    return create;
  }
}

package dev.marmoset.storage.window.register;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Conflict;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.ListedFile;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.RegisterRecord.Retired;
import dev.marmoset.storage.window.register.RegisterRecord.Span;
import dev.marmoset.storage.window.register.RegisterRecord.Stamp;
import dev.marmoset.storage.window.register.RegisterRecord.Uploaded;
import java.util.List;
import java.util.Optional;

/// Records for tests.
final class RegisterExamples {
  static final long START = 1_700_006_400_000L;
  static final Ulid A = Ulid.parse("01HF0000000000000000000A00");
  static final Ulid B = Ulid.parse("01HF0000000000000000000B00");
  static final Ulid VOLUME = Ulid.parse("01HF0000000000000000000V00");
  private static final long WALL = 1_700_013_900_000L;

  private RegisterExamples() {}

  static Ulid block(int n) {
    return new Ulid(1_700_000_000_000L << 16, n);
  }

  static Stamp stamp(long number, Ulid author) {
    return new Stamp(number, author, 0x1234_5678_9abc_def0L + number, WALL + number);
  }

  static CoveredPositions at(Ulid log, long segment, long offset) {
    return CoveredPositions.of(List.of(new LogPosition(log, segment, offset)));
  }

  static Span span(long segment, long offset) {
    return new Span(CoveredPositions.NONE, at(A, segment, offset));
  }

  static List<BlockFile> files() {
    return List.of(new BlockFile("chunks/000001", 36_929, "ab".repeat(32)),
        new BlockFile("index", 4_789, "cd".repeat(32)));
  }

  static Claim claim(long number, Ulid author, Purpose purpose, boolean closing) {
    return new Claim(stamp(number, author), purpose, closing, block((int) number));
  }

  static Part part(long number, Ulid author, int block) {
    return new Part(stamp(number, author), block(block), files(), span(number, 100));
  }

  static Commit commit(long number, Ulid author, Edition edition) {
    var publication = new Publication(block(900 + (int) number), block(800), block((int) number),
        "{\n\t\"é\": \"\\\"\"\n}\n", files());
    return new Commit(stamp(number, author), edition, Optional.of(publication), List.of(block(2)),
        span(number, 200));
  }

  static Commit empty(long number, Ulid author, Edition edition) {
    return new Commit(stamp(number, author), edition, Optional.empty(), List.of(), span(number, 200));
  }

  static WindowState fold(RegisterRecord... records) {
    WindowState state = WindowState.empty(START);
    for (RegisterRecord next : records) {
      state = state.plus(next);
    }
    return state;
  }

  /// A window of policy `wait` from its first part to its retirement.
  static List<RegisterRecord> waiting() {
    return List.of(claim(1, A, Purpose.PART, false),
        new Part(stamp(2, A), block(2), files(),
            new Span(CoveredPositions.NONE, at(A, 3, 4_711).union(at(B, 1, 90)))),
        claim(3, B, Purpose.FINAL, true), commit(4, B, Edition.FINAL),
        new Uploaded(stamp(5, A), block(904), List.of(new ListedFile("index", 4_789))),
        new Conflict(stamp(6, A), block(77), "window record of another block"),
        new Retired(stamp(7, B), List.of(block(4))));
  }

  /// A window of policy `patch`; its last patch is empty and closes it.
  static List<RegisterRecord> patched() {
    return List.of(claim(1, A, Purpose.PATCH, false), commit(2, A, Edition.FIRST),
        claim(3, A, Purpose.PATCH, false), commit(4, A, Edition.patch(1, false)),
        claim(5, A, Purpose.PATCH, true), empty(6, A, Edition.patch(2, true)));
  }
}

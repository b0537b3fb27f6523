package dev.marmoset.storage.window.register;

import dev.marmoset.storage.chunk.ChunkCut;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Names of windows on the volume.
///
/// | path below the data directory  | content                                                          |
/// |--------------------------------|------------------------------------------------------------------|
/// | `windows/<start>/000001`       | a record, numbered from 1, at least 6 digits; start in ms         |
/// | `blocks/<ULID>/`               | a complete block, immutable                                       |
public final class RegisterFiles {
  /// Directory of all registers.
  public static final String WINDOWS = "windows";
  /// Directory of all blocks.
  public static final String BLOCKS = "blocks";

  private static final int RECORD_DIGITS = 6;
  private static final Pattern RECORD = Pattern.compile("[0-9]{6,18}");
  private static final Pattern START = Pattern.compile("0|-?[1-9][0-9]{0,17}");

  private RegisterFiles() {}

  /// Directory of the registers of all windows.
  public static Path windows(Path data) {
    return data.resolve(WINDOWS);
  }

  /// Directory of one window's register.
  public static Path window(Path data, long start) {
    return windows(data).resolve(Long.toString(start));
  }

  /// Directory of all blocks.
  public static Path blocks(Path data) {
    return data.resolve(BLOCKS);
  }

  /// Name of a record in its window's directory.
  static String record(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, RECORD_DIGITS - digits.length())) + digits;
  }

  /// Number of the record with this name; empty when it is not the name of a record.
  static OptionalLong recordNumber(String name) {
    if (!RECORD.matcher(name).matches()) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(name);
    return number > 0 && record(number).equals(name) ? OptionalLong.of(number) : OptionalLong.empty();
  }

  /// Start of the window with this directory name, ms; empty when it is not the name of a window.
  static OptionalLong start(String name) {
    if (!START.matcher(name).matches()) {
      return OptionalLong.empty();
    }
    long start = Long.parseLong(name);
    return ChunkCut.windowStart(start) == start ? OptionalLong.of(start) : OptionalLong.empty();
  }
}

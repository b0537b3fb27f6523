package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.Ulid;
import java.nio.file.Path;
import java.util.OptionalLong;

/// Names of the log on the volume.
///
/// | path below the data directory        | content                                              |
/// |--------------------------------------|------------------------------------------------------|
/// | `logs/<incarnation>/seg-0000000001`  | a segment, numbered from 1, at least 10 digits        |
/// | `tmp/<incarnation>/<nonce>`          | content on its way to an exclusive create            |
public final class LogFiles {
  /// Directory of all logs.
  public static final String LOGS = "logs";
  /// Directory of files under construction.
  public static final String TEMPORARY = "tmp";

  private static final String SEGMENT_PREFIX = "seg-";
  private static final int SEGMENT_DIGITS = 10;

  private LogFiles() {}

  /// Directory of the logs of all incarnations.
  public static Path logs(Path data) {
    return data.resolve(LOGS);
  }

  /// Directory of one log.
  public static Path log(Path data, Ulid incarnation) {
    return logs(data).resolve(incarnation.toString());
  }

  /// Directory of one incarnation's files under construction.
  public static Path temporary(Path data, Ulid incarnation) {
    return data.resolve(TEMPORARY).resolve(incarnation.toString());
  }

  /// Name of a segment in its log's directory.
  public static String segment(long number) {
    String digits = Long.toString(number);
    return SEGMENT_PREFIX + "0".repeat(Math.max(0, SEGMENT_DIGITS - digits.length())) + digits;
  }

  /// Number of the segment with this name; empty when it is not the name of a segment.
  public static OptionalLong segmentNumber(String name) {
    int digits = name.length() - SEGMENT_PREFIX.length();
    if (!name.startsWith(SEGMENT_PREFIX) || digits < SEGMENT_DIGITS || digits > 18) {
      return OptionalLong.empty();
    }
    for (int i = SEGMENT_PREFIX.length(); i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return OptionalLong.empty();
      }
    }
    long number = Long.parseLong(name, SEGMENT_PREFIX.length(), name.length(), 10);
    boolean canonical = number > 0 && segment(number).equals(name);
    return canonical ? OptionalLong.of(number) : OptionalLong.empty();
  }
}

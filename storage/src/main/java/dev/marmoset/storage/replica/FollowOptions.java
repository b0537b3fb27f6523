package dev.marmoset.storage.replica;

import dev.marmoset.storage.io.Ulid;
import java.nio.file.Path;
import java.time.Duration;

/// How the logs of others are followed.
///
/// @param data     data directory
/// @param own      this incarnation, whose log is not followed
/// @param version  of the program, for seals
/// @param interval between two looks at a log that may grow; each is up to 10 % shorter or longer
public record FollowOptions(Path data, Ulid own, String version, Duration interval) {
  /// `--log.follow-interval`.
  public static final Duration INTERVAL = Duration.ofSeconds(1);
}

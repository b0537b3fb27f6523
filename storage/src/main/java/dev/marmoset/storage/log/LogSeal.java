package dev.marmoset.storage.log;

import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.record.LogFormat;
import dev.marmoset.storage.log.record.SegmentEncoder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/// The end of a log, written by somebody else than its owner.
///
/// @param log         the log that ends
/// @param number      of the segment that is the seal: the next one
/// @param previousEnd valid length of the segment before, bytes; 0 when there is none
/// @param actor       who says so
/// @param nonce       makes the content unlike anybody else's
/// @param wallMillis  wall clock of the actor, ms
public record LogSeal(Ulid log, long number, long previousEnd, Ulid actor, long nonce, long wallMillis) {
  /// Prepares the exclusive create of the seal. The actor's directory for temporary files exists.
  ///
  /// @param version of the program, for the curious
  public ExclusiveCreate creation(FileSystem files, Path data, String version) {
    var previous = new SegmentEncoder.Previous(previousEnd, LogFormat.REASON_LEASE_EXPIRED, actor);
    try (var encoder = new SegmentEncoder(log, version, _ -> Labels.EMPTY)) {
      byte[] content =
          encoder.seal(new SegmentEncoder.Identity(log, number, nonce, wallMillis, Optional.of(previous)));
      return new ExclusiveCreate(files, LogFiles.log(data, log).resolve(LogFiles.segment(number)),
          LogFiles.temporary(data, actor), "seal-" + HexFormat.of().toHexDigits(nonce), content);
    }
  }
}

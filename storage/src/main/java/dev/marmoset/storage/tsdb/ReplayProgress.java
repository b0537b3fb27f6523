package dev.marmoset.storage.tsdb;

/// How far the replay of earlier logs is.
///
/// @param segments     segments found at the start
/// @param segmentsDone of which replayed
/// @param bytes        bytes of the segments found
/// @param bytesDone    of which replayed
/// @param samples      samples replayed
/// @param done         whether everything is served
public record ReplayProgress(long segments, long segmentsDone, long bytes, long bytesDone, long samples,
    boolean done) {
  /// For a person: `replaying segment 3 of 12, 120 of 480 MiB`.
  @Override
  public String toString() {
    if (done) {
      return "replayed " + segments + " segments, " + samples + " samples";
    }
    if (segments == 0) {
      return "looking for earlier logs";
    }
    return "replaying segment " + Math.min(segmentsDone + 1, segments) + " of " + segments + ", "
        + (bytesDone >> 20)
        + " of " + (bytes >> 20) + " MiB";
  }
}

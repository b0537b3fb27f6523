package dev.marmoset.storage.log.read;

/// How the reading of a segment ended. Never an exception: a damaged segment is left and the next one read.
public sealed interface SegmentOutcome {
  /// What was delivered before the end.
  SegmentCounts counts();

  /// Everything up to the stated end, or up to the end of the file where none is stated.
  record Complete(SegmentCounts counts) implements SegmentOutcome {}

  /// The last segment of a log that is not sealed goes on with bytes that are no record (yet): what an owner died in,
  /// or has not finished writing. To be read again from the same offset.
  ///
  /// @param why what the next record lacks
  record TornTail(SegmentCounts counts, String why) implements SegmentOutcome {}

  /// Bytes that must be there are not, or contradict the format. The rest of the segment is lost.
  ///
  /// @param why what is wrong behind the counted end
  record Damaged(SegmentCounts counts, String why) implements SegmentOutcome {}

  /// The next record was written by a newer version. The log must neither be sealed nor deleted.
  ///
  /// @param what the part that is not known here
  record TooNew(SegmentCounts counts, String what) implements SegmentOutcome {}
}

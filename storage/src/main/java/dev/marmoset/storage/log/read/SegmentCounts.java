package dev.marmoset.storage.log.read;

/// What was read of a segment.
///
/// @param end     bytes from its beginning: everything before was delivered
/// @param records records, the first one included
/// @param series  series defined
/// @param samples samples of all kinds
public record SegmentCounts(long end, long records, long series, long samples) {}

package dev.marmoset.storage.head;

/// Sizes of the head's parts at one moment.
///
/// @param series        series
/// @param symbols       distinct label names and values
/// @param labelPairs    distinct label pairs
/// @param lineBytes     off-heap memory of the series lines
/// @param openBytes     off-heap memory of the open chunks' segments
/// @param labelBytes    memory of labels and symbols
/// @param tableBytes    memory of the series table
/// @param lateBytes     memory of late rows
/// @param scratchBytes  bytes of the scratch files, written or buffered
/// @param exemplars     exemplars held
/// @param exemplarBytes memory of exemplars
/// @param families      metric families with metadata
public record HeadSizes(long series, long symbols, long labelPairs, long lineBytes, long openBytes,
    long labelBytes,
    long tableBytes, long lateBytes, long scratchBytes, long exemplars, long exemplarBytes, long families) {}

package dev.marmoset.storage.log.entry;

/// A word to the other replicas about a window.
///
/// @param windowStart    ms since the epoch
/// @param registerNumber number of the register record just written; 0 means that a claim makes progress
public record LogNote(long windowStart, long registerNumber) {}

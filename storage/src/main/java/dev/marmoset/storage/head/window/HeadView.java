package dev.marmoset.storage.head.window;

/// What a querier sees of the windows: those that were not hidden when it was opened.
///
/// @param epoch      number of windows hidden before
/// @param inOrderFrom open and closed chunks of windows before this time are hidden, ms
public record HeadView(long epoch, long inOrderFrom) {}

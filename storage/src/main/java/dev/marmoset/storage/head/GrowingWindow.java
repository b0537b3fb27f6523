package dev.marmoset.storage.head;

/// A window of the head that has samples which are not frozen.
///
/// @param start    first time of the window, ms
/// @param since    when the first of these samples came, by the acceptance clock, ms
/// @param inOrder  whether it owns open and closed chunks, not only late rows
/// @param lateRows late samples among them, duplicates included
public record GrowingWindow(long start, long since, boolean inOrder, long lateRows) {}

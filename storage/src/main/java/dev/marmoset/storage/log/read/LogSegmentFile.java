package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.Ulid;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A segment found on the volume.
///
/// @param path        its file
/// @param incarnation the log
/// @param number      of the segment, from 1
/// @param end         its valid length as the next segment or the seal states it; bytes behind it are ignored for ever.
///                    Empty for the last segment of a log that is not sealed, and where the next one is unreadable
/// @param last        whether the log may still grow here
public record LogSegmentFile(Path path, Ulid incarnation, long number, OptionalLong end, boolean last) {}

package dev.marmoset.storage.block;

import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/// Deleted intervals of a block's series (prometheus `tsdb/tombstones/tombstones.go`). Immutable.
///
/// File: magic (4, big-endian), version (1), entries of series ref (uvarint), first and last deleted time (varints), then
/// CRC32C over the entries alone (4, big-endian).
final class Tombstones {
  /// A block without deletions.
  static final Tombstones NONE = new Tombstones(Map.of(), 0);

  private static final int MAGIC = 0x0130BA30;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = Integer.BYTES + 1;
  private static final String WHAT = "tombstones";
  /// Largest file that is read: a million deletions.
  private static final int MAX_BYTES = 32 << 20;

  private final Map<Long, List<TimeRange>> intervals;
  private final long count;

  private Tombstones(Map<Long, List<TimeRange>> intervals, long count) {
    this.intervals = intervals;
    this.count = count;
  }

  /// Reads the file; a missing one means that nothing is deleted.
  static Tombstones read(SealedFiles access, Path path) throws IOException {
    try (SealedFile file = access.open(path)) {
      long size = file.size();
      if (size < HEADER_BYTES + Integer.BYTES || size > MAX_BYTES) {
        throw new CorruptDataException(path, 0, WHAT,
            "a file of " + (HEADER_BYTES + Integer.BYTES) + " to " + MAX_BYTES + " bytes", size + " bytes");
      }
      byte[] bytes = new byte[(int) size];
      file.read(0, bytes, 0, bytes.length, WHAT);
      return decode(path, bytes);
    } catch (NoSuchFileException e) {
      return NONE;
    }
  }

  private static Tombstones decode(Path path, byte[] bytes) throws IOException {
    var reader = new ByteReader(bytes, 0, bytes.length);
    int magic = Integer.reverseBytes(reader.u32());
    if (magic != MAGIC) {
      throw new CorruptDataException(path, 0, "magic of " + WHAT, "%08x".formatted(MAGIC),
          "%08x".formatted(magic));
    }
    int version = reader.u8();
    if (version != VERSION) {
      throw new UnsupportedFormatException(path, WHAT, version, VERSION, VERSION);
    }
    int entriesEnd = bytes.length - Integer.BYTES;
    var crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, entriesEnd - HEADER_BYTES);
    reader.reset(bytes, entriesEnd, Integer.BYTES);
    int stored = Integer.reverseBytes(reader.u32());
    if (stored != (int) crc.getValue()) {
      throw new CorruptDataException(path, HEADER_BYTES, "checksum of " + WHAT, "%08x".formatted(stored),
          "%08x".formatted((int) crc.getValue()));
    }
    reader.reset(bytes, HEADER_BYTES, entriesEnd - HEADER_BYTES);
    return entries(path, reader);
  }

  private static Tombstones entries(Path path, ByteReader reader) throws CorruptDataException {
    var intervals = new HashMap<Long, List<TimeRange>>();
    long count = 0;
    while (reader.remaining() > 0) {
      long ref = reader.uvarint();
      var deleted = new TimeRange(reader.zigzag(), reader.zigzag());
      intervals.computeIfAbsent(ref, _ -> new ArrayList<>()).add(deleted);
      count++;
    }
    String error = reader.error();
    if (error != null) {
      throw new CorruptDataException(path, reader.position(), WHAT, "whole entries", error);
    }
    return new Tombstones(intervals, count);
  }

  /// What is deleted of a series.
  List<TimeRange> of(long seriesRef) {
    return intervals.getOrDefault(seriesRef, List.of());
  }

  /// Number of deleted intervals.
  long count() {
    return count;
  }

  /// Whether one interval deletes everything from `from` to `to` (ms, inclusive).
  static boolean covers(List<TimeRange> deleted, long from, long to) {
    return deleted.stream().anyMatch(range -> range.contains(from) && range.contains(to));
  }

  /// Whether an interval deletes the sample at `t` (ms).
  static boolean contains(List<TimeRange> deleted, long t) {
    return deleted.stream().anyMatch(range -> range.contains(t));
  }
}

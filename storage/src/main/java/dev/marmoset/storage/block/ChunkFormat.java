package dev.marmoset.storage.block;

/// A chunk segment of a block: Prometheus' format, which is the specification (`tsdb/chunks/chunks.go` at v3.14).
///
/// | offset | size | field                                                        |
/// |--------|------|--------------------------------------------------------------|
/// | 0      | 4    | magic                                                        |
/// | 4      | 1    | version                                                      |
/// | 5      | 3    | zero                                                         |
/// | 8      | …    | frames, back to back                                         |
///
/// Frame: length of the data (Go uvarint), encoding (1 byte), data, CRC32C over encoding and data (big-endian). We
/// preallocate nothing and begin a new segment before the frame that would exceed the limit.
final class ChunkFormat {
  /// First four bytes, big-endian.
  static final int MAGIC = 0x85BD40DD;
  /// The version we write and read.
  static final int VERSION = 1;
  /// Bytes before the first frame.
  static final int HEADER_BYTES = 8;
  /// Longest length field that a reader accepts: a u32.
  static final int MAX_LENGTH_BYTES = 5;
  /// Bytes of the encoding.
  static final int ENCODING_BYTES = 1;
  /// Bytes of the checksum.
  static final int CRC_BYTES = Integer.BYTES;
  /// Upstream's limit for a segment.
  static final long MAX_SEGMENT_BYTES = 512L << 20;

  private ChunkFormat() {}
}

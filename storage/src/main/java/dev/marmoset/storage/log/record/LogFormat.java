package dev.marmoset.storage.log.record;

/// One segment of the log, format 1: a magic and then records, back to back.
///
/// Fixed integers are little-endian; `uv` is LEB128; `zz` is a zig-zag `uv`. Numbers (counts, lengths, offsets, segment
/// numbers, durations) are `uv`; times and differences are `zz`; an incarnation is the 16 bytes of its ULID,
/// big-endian; a nonce is 8 bytes; flags, reasons and types are one byte; a string is its length in bytes (`uv`) and
/// UTF-8; a list is its length (`uv`) and its elements.
///
/// ## File
/// | offset | size | field                                                                                     |
/// |--------|------|-------------------------------------------------------------------------------------------|
/// | 0      | 7    | `MMLOG`, 0, 0                                                                             |
/// | 7      | 1    | major version, 1                                                                          |
/// | 8      | …    | records                                                                                   |
///
/// ## Record
/// | offset | size | field                                                                                     |
/// |--------|------|-------------------------------------------------------------------------------------------|
/// | 0      | 4    | L, length of the body, 1 to 16 MiB                                                        |
/// | 4      | 4    | CRC32C                                                                                    |
/// | 8      | 1    | type: 1 OPEN, 2 SEAL, 3 GROUP, 4 BEAT, 5 END                                              |
/// | 9      | 1    | flags: bits 0–1 body compression (0 none, 1 snappy block, 2 raw deflate); bit 7: may be skipped by readers that do not know the type |
/// | 10     | 2    | 0                                                                                         |
/// | 12     | 4    | sequence number in the segment, from 0                                                    |
/// | 16     | L    | body; a compressed one begins with its raw length (`uv`, at most 64 MiB)                  |
///
/// The checksum covers the incarnation (16 bytes), the segment number (u64), the offset of the record in the file (u64)
/// and then everything behind the checksum field. Bytes of another log, segment or place thus never validate. L lies
/// outside, but a wrong L moves the end of what is covered.
///
/// The body is a row of sections: `uv` id, `uv` length, bytes. A reader that meets a section id below 128 or, without
/// flag bit 7, a type that it does not know (or set bits where the table says 0) stops before that record: the log is
/// **too new**. Sections from 128 on are skipped when unknown.
///
/// | type  | sections                                                                                           |
/// |-------|----------------------------------------------------------------------------------------------------|
/// | OPEN  | IDENTITY, PREVIOUS (not in segment 1), ACCEPT. First record of an ordinary segment                 |
/// | SEAL  | IDENTITY of the sealed log, PREVIOUS. Only record of a seal segment                                |
/// | GROUP | ACCEPT, then any of SYMBOLS, SERIES, FLOATS, HISTOGRAMS, STATE, NOTE and those from 128 on, in the order of use |
/// | BEAT  | ACCEPT, STATE?, NOTE?                                                                              |
/// | END   | TOUCHED. The next segment exists or will at once                                                   |
///
/// ## Sections
/// | id  | section    | content                                                                                |
/// |-----|------------|----------------------------------------------------------------------------------------|
/// | 1   | IDENTITY   | incarnation, segment number, nonce, wall clock ms, version of the writer (string)      |
/// | 2   | PREVIOUS   | prev_end: valid length of the segment before; reason: 0 roll, 1 renew, 2 clean end, 3 lease expired; incarnation of the actor |
/// | 3   | ACCEPT     | W ms (`uv`), floor (`zz`): every sample from here on has t ≥ floor − W                 |
/// | 4   | SYMBOLS    | list of strings, numbered on through the segment from 0                                |
/// | 5   | SERIES     | list of series, numbered likewise; each a list of (name, value) symbol numbers, sorted by unsigned UTF-8 bytes of the name, no empty values |
/// | 6   | FLOATS     | runs of float samples, [dev.marmoset.storage.log.column.FloatEncoder]                  |
/// | 7   | HISTOGRAMS | list of (Δ series number, Δt, length, body), [dev.marmoset.storage.log.column.HistogramCodec] |
/// | 8   | STATE      | flags (1 ready, 2 leaving), seconds ready, list of (incarnation, segment, offset) consumed |
/// | 9   | NOTE       | window start, register number just written or 0 for progress of a claim                |
/// | 10  | TOUCHED    | list of (window start, min t, max t) of the segment                                    |
/// | 128 | EXEMPLARS  | list of (Δ series number, Δt, value bits 8 B, list of (symbol number of the name, text)) |
/// | 129 | METADATA   | list of (metric family name, type, help, unit): strings and one byte                   |
///
/// Within HISTOGRAMS and EXEMPLARS differences start at series 0 and at the floor of the record's ACCEPT.
/// A **text** in EXEMPLARS is a `uv` u: u even, symbol number u / 2; u odd, a string of u / 2 bytes that follow. Trace
/// ids never repeat, so as symbols they would only fill the memory of everyone who reads the segment.
/// The type in METADATA is the number of `MetricMetadata.MetricType` in remote write 1.0 (0 unknown, 1 counter, 2 gauge,
/// 3 histogram, 4 gauge histogram, 5 summary, 6 info, 7 stateset); the latest entry of a family counts. A segment states
/// the metadata of a family once, and again when it changes.
///
/// A segment decodes alone: symbols, series numbers and value state begin anew with it. A position in the log is a
/// segment and an offset behind a record.
///
/// History: 1, the first.
public final class LogFormat {
  /// Bytes of the magic, the version in the last one.
  static final int MAGIC_LENGTH = 8;
  /// The magic as a little-endian number, without the version.
  static final long MAGIC = 'M' | 'M' << 8 | 'L' << 16 | (long) 'O' << 24 | (long) 'G' << 32;
  /// Shift of the version in the little-endian magic.
  static final int VERSION_SHIFT = 56;
  /// The version this build writes and the newest it reads.
  static final int VERSION = 1;

  static final int LENGTH_OFFSET = 0;
  static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  static final int TYPE_OFFSET = CRC_OFFSET + Integer.BYTES;
  static final int FLAGS_OFFSET = TYPE_OFFSET + 1;
  static final int ZERO_OFFSET = FLAGS_OFFSET + 1;
  static final int SEQUENCE_OFFSET = ZERO_OFFSET + Short.BYTES;
  /// Bytes of a record in front of its body.
  static final int HEADER_LENGTH = SEQUENCE_OFFSET + Integer.BYTES;

  /// Longest body, as it lies in the file.
  static final int MAX_BODY = 16 << 20;
  /// Longest body once it is uncompressed.
  static final int MAX_RAW_BODY = 64 << 20;

  static final int OPEN = 1;
  static final int SEAL = 2;
  static final int GROUP = 3;
  static final int BEAT = 4;
  static final int END = 5;

  static final int COMPRESSION_MASK = 3;
  static final int PLAIN = 0;
  static final int SNAPPY = 1;
  static final int DEFLATE = 2;
  static final int SKIPPABLE_TYPE = 0x80;

  static final int IDENTITY = 1;
  static final int PREVIOUS = 2;
  static final int ACCEPT = 3;
  static final int SYMBOLS = 4;
  static final int SERIES = 5;
  static final int FLOATS = 6;
  static final int HISTOGRAMS = 7;
  static final int STATE = 8;
  static final int NOTE = 9;
  static final int TOUCHED = 10;
  /// Sections from this id on may be skipped by readers that do not know them.
  static final int FIRST_SKIPPABLE_SECTION = 128;
  static final int EXEMPLARS = 128;
  static final int METADATA = 129;

  /// Why a segment begins, in PREVIOUS: the one before was long enough.
  public static final int REASON_ROLL = 0;
  /// The one before could not be written any more.
  public static final int REASON_RENEW = 1;
  /// The log ends with this seal, by its owner.
  public static final int REASON_CLEAN_END = 2;
  /// The log ends with this seal, by another replica.
  public static final int REASON_LEASE_EXPIRED = 3;

  static final int STATE_READY = 1;
  static final int STATE_LEAVING = 2;

  /// Span of a window in TOUCHED, ms: 2 h, aligned to the epoch.
  public static final long WINDOW_MS = 2 * 60 * 60 * 1000L;

  private LogFormat() {}
}

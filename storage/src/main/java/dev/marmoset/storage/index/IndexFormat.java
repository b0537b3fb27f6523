package dev.marmoset.storage.index;

/// The index of a block, version 2: Prometheus' format, which is the specification
/// (github.com/prometheus/prometheus, `tsdb/index/index.go` at v3.14; its `docs/format/index.md` still draws version 1).
///
/// | order | section               | checksum (CRC32C, big-endian) covers          |
/// |-------|-----------------------|-----------------------------------------------|
/// | 1     | header                | –                                             |
/// | 2     | symbols               | count and entries                             |
/// | 3     | series, 16-byte steps | body of each entry, not its length            |
/// | 4     | postings lists        | count and refs of each list                   |
/// | 5     | postings offset table | count and entries                             |
/// | 6     | table of contents     | its six offsets                               |
///
/// What we write differs from what upstream may write in two ways: there are no label-index sections (dead since 3.14,
/// optional for every reader before), and no empty symbol unless a label needs it. Fixed integers are big-endian,
/// other numbers Go varints.
public final class IndexFormat {
  /// First four bytes.
  public static final int MAGIC = 0xBAAAD700;
  /// The version we write and read.
  public static final int VERSION = 2;
  /// Magic and version.
  public static final int HEADER_BYTES = Integer.BYTES + 1;
  /// Offset of the symbols' length.
  public static final int SYMBOLS_OFFSET = HEADER_BYTES;
  /// Series entries begin at multiples of this, so that a ref of 32 bits reaches 64 GiB.
  public static final int SERIES_ALIGNMENT = 16;
  /// Largest series ref.
  public static final long MAX_SERIES_REF = 0xFFFF_FFFFL;
  /// Postings lists begin at multiples of this.
  public static final int POSTINGS_ALIGNMENT = Integer.BYTES;
  /// Strings per entry of the postings offset table: name and value.
  public static final int TABLE_KEY_STRINGS = 2;
  /// Bytes of a checksum.
  public static final int CRC_BYTES = Integer.BYTES;
  /// Offsets in the table of contents.
  public static final int TOC_OFFSETS = 6;
  /// Table of contents with its checksum: the end of the file.
  public static final int TOC_BYTES = TOC_OFFSETS * Long.BYTES + CRC_BYTES;
  /// Readers keep every this many symbols and values in memory, as upstream does.
  public static final int SAMPLING = 32;

  private IndexFormat() {}
}

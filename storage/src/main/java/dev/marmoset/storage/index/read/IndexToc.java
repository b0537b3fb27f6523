package dev.marmoset.storage.index.read;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.io.UnsupportedFormatException;
import java.io.IOException;

/// Where the sections of an index lie, checked against each other and the file.
///
/// @param symbols   offset of the symbols' length
/// @param series    where series begin
/// @param seriesEnd where they end at the latest: the beginning of what follows
/// @param postings  where postings lists begin
/// @param table     offset of the postings offset table's length: where postings lists end
/// @param end       offset of the table of contents itself
record IndexToc(long symbols, long series, long seriesEnd, long postings, long table, long end) {
  /// Reads header and table of contents.
  ///
  /// @throws CorruptDataException if they contradict the format
  /// @throws UnsupportedFormatException if the index has another version
  static IndexToc read(SealedFile file) throws IOException {
    var cursor = new FileCursor(file, IndexFormat.TOC_BYTES).move(0, file.size(), "header of the index");
    if (cursor.remaining() < IndexFormat.HEADER_BYTES + IndexFormat.TOC_BYTES) {
      throw cursor.corrupt("at least " + (IndexFormat.HEADER_BYTES + IndexFormat.TOC_BYTES) + " bytes",
          file.size() + " bytes");
    }
    int magic = cursor.u32();
    if (magic != IndexFormat.MAGIC) {
      throw new CorruptDataException(file.path(), 0, "magic of the index", FileCursor.hex(IndexFormat.MAGIC),
          FileCursor.hex(magic));
    }
    int version = cursor.u8();
    long end = file.size() - IndexFormat.TOC_BYTES;
    cursor.move(end, file.size(), "table of contents of the index")
        .skipChecked(IndexFormat.TOC_OFFSETS * (long) Long.BYTES);
    if (version != IndexFormat.VERSION) {
      throw new UnsupportedFormatException(file.path(), "index", version, IndexFormat.VERSION,
          IndexFormat.VERSION);
    }
    cursor.move(end, file.size(), "table of contents of the index");
    long symbols = cursor.u64();
    long series = cursor.u64();
    long labelIndices = cursor.u64();
    cursor.u64();
    long postings = cursor.u64();
    long table = cursor.u64();
    long seriesEnd = labelIndices >= series && labelIndices <= postings ? labelIndices : postings;
    if (symbols < IndexFormat.HEADER_BYTES || series <= symbols || seriesEnd < series || table < postings
        || table > end) {
      throw new CorruptDataException(file.path(), end, "table of contents of the index",
          "ascending offsets of symbols, series, postings and postings table before " + end,
          symbols + ", " + series + ", " + postings + ", " + table);
    }
    return new IndexToc(symbols, series, seriesEnd, postings, table, end);
  }
}

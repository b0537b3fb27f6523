package dev.marmoset.storage.head;

import dev.marmoset.storage.index.MemPostings;
import dev.marmoset.storage.index.SymbolTable;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;

/// The labels of every series as symbol numbers, about 12 to 20 B per series.
///
/// Series with the same label names share a **schema**, the list of their name symbols. An entry is LEB128: schema
/// number, then one value symbol per name. Entries lie in pages of 1 MiB and are addressed by `page << 20 | offset`;
/// none crosses a page. Appended only. Not thread-safe: guarded by the head's lock.
final class SeriesLabelStore {
  private static final int PAGE_BITS = 20;
  private static final int PAGE_BYTES = 1 << PAGE_BITS;
  private static final int MAX_VARINT = 5;

  private final SymbolTable symbols;
  private final MemPostings postings;
  private final SchemaTable schemas = new SchemaTable();
  private byte[][] pages = new byte[1][PAGE_BYTES];
  private int at;
  private int[] names = new int[32];
  private int[] values = new int[32];

  SeriesLabelStore(SymbolTable symbols, MemPostings postings) {
    this.symbols = symbols;
    this.postings = postings;
  }

  /// Stores the labels of series `id` and enters them into the postings; answers the address of the entry.
  int add(int id, byte[] region, int offset, int length) {
    int n = internSymbols(region, offset, length);
    int schema = schemas.findOrAdd(names, n);
    int address = reserve(MAX_VARINT * (n + 1));
    byte[] page = pages[address >>> PAGE_BITS];
    int end = writeVarint(page, address & PAGE_BYTES - 1, schema);
    postings.addSeries(id);
    for (int i = 0; i < n; i++) {
      end = writeVarint(page, end, values[i]);
      postings.addPair(names[i], values[i], id);
    }
    at = (address & ~(PAGE_BYTES - 1)) + end;
    return address;
  }

  /// The labels at an address. Names and values are the shared arrays of the symbol table.
  Labels labels(int address) {
    byte[] page = pages[address >>> PAGE_BITS];
    int offset = address & PAGE_BYTES - 1;
    int schema = readVarint(page, offset);
    offset += varintLength(schema);
    int[] schemaNames = schemas.names(schema);
    byte[][] parts = new byte[schemaNames.length * 2][];
    for (int i = 0; i < schemaNames.length; i++) {
      int value = readVarint(page, offset);
      offset += varintLength(value);
      parts[2 * i] = symbols.bytes(schemaNames[i]);
      parts[2 * i + 1] = symbols.bytes(value);
    }
    return Labels.ofSorted(parts);
  }

  /// What sorts series by their labels, on a copy of the present state.
  LabelOrder order() {
    return new LabelOrder(pages.clone(), schemas.all(), symbols.all());
  }

  /// Number of the page of an address.
  static int page(int address) {
    return address >>> PAGE_BITS;
  }

  /// Where in its page an address is.
  static int offset(int address) {
    return address & PAGE_BYTES - 1;
  }

  long memoryBytes() {
    return (long) pages.length * PAGE_BYTES + schemas.memoryBytes();
  }

  private int internSymbols(byte[] region, int offset, int length) {
    var cursor = new LabelRegion.Cursor(region, offset, length);
    int n = 0;
    while (cursor.next()) {
      if (n == names.length) {
        names = Arrays.copyOf(names, n * 2);
        values = Arrays.copyOf(values, n * 2);
      }
      names[n] = symbols.intern(region, cursor.nameOffset, cursor.nameLength);
      values[n++] = symbols.intern(region, cursor.valueOffset, cursor.valueLength);
    }
    return n;
  }

  /// Address of `bytes` free bytes within one page.
  private int reserve(int bytes) {
    if (bytes > PAGE_BYTES) {
      throw new IllegalArgumentException(
          "a series with up to " + bytes + " B of label numbers exceeds " + PAGE_BYTES);
    }
    if ((at & PAGE_BYTES - 1) + bytes > PAGE_BYTES) {
      at = (at >>> PAGE_BITS) + 1 << PAGE_BITS;
    }
    if (at >>> PAGE_BITS == pages.length) {
      pages = Arrays.copyOf(pages, pages.length + 1);
      pages[pages.length - 1] = new byte[PAGE_BYTES];
    }
    return at;
  }

  private static int writeVarint(byte[] page, int offset, int value) {
    int end = offset;
    int rest = value;
    for (; (rest & ~0x7F) != 0; rest >>>= 7) {
      page[end++] = (byte) (rest | 0x80);
    }
    page[end++] = (byte) rest;
    return end;
  }

  static int readVarint(byte[] page, int offset) {
    int value = page[offset] & 0x7F;
    for (int i = 1; page[offset + i - 1] < 0; i++) {
      value |= (page[offset + i] & 0x7F) << 7 * i;
    }
    return value;
  }

  static int varintLength(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }
}

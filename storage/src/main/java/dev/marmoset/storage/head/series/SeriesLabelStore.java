package dev.marmoset.storage.head.series;

import dev.marmoset.storage.index.MemPostings;
import dev.marmoset.storage.index.Numbering;
import dev.marmoset.storage.index.SymbolTable;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;
import java.util.BitSet;

/// The labels of every series as symbol numbers, about 12 to 20 B per series.
///
/// Series with the same label names share a **schema**, the list of their name symbols. An entry is LEB128: schema
/// number, then one value symbol per name. Entries lie in pages of 1 MiB and are addressed by `page << 20 | offset`;
/// none crosses a page.
///
/// Appended only: an entry that was removed leaves a gap, and a page that is less than half full of live entries is
/// emptied by moving these ([#drain], [#move]). What has once been written at an address of a page never changes, so that
/// [LabelOrder] may go on reading pages that are not in use any more. Not thread-safe: guarded by the head's lock.
public final class SeriesLabelStore {
  private static final int PAGE_BITS = 20;
  private static final int PAGE_BYTES = 1 << PAGE_BITS;
  private static final int MAX_VARINT = 5;
  private static final byte[] GONE = {};

  private final SymbolTable symbols;
  private final MemPostings postings;
  private final SchemaTable schemas = new SchemaTable();
  /// By page number; [#GONE] where no page has it.
  private byte[][] pages = new byte[1][];
  private final Numbering pageNumbers = new Numbering();
  /// Bytes of live entries per page.
  private int[] live = new int[1];
  /// Pages whose entries are being moved elsewhere.
  private final BitSet drained = new BitSet();
  private int at;
  private int[] names = new int[32];
  private int[] values = new int[32];

  /// Without labels.
  ///
  /// @param symbols  takes the names and values of what is added
  /// @param postings takes its pairs
  public SeriesLabelStore(SymbolTable symbols, MemPostings postings) {
    this.symbols = symbols;
    this.postings = postings;
    at = newPage();
  }

  /// Stores the labels of series `id` and enters them into the postings; answers the address of the entry.
  public int add(int id, byte[] region, int offset, int length) {
    int n = internSymbols(region, offset, length);
    int address = reserve(MAX_VARINT * (n + 1));
    int schema = schemas.use(names, n);
    byte[] page = pages[address >>> PAGE_BITS];
    int end = writeVarint(page, address & PAGE_BYTES - 1, schema);
    postings.addSeries(id);
    for (int i = 0; i < n; i++) {
      end = writeVarint(page, end, values[i]);
      postings.addPair(names[i], values[i], id);
    }
    written(address, end - offset(address));
    return address;
  }

  private void written(int address, int length) {
    at = address + length;
    live[page(address)] += length;
  }

  /// Removes the labels of series `id`, also from the postings.
  public void remove(int id, int address) {
    byte[] page = pages[page(address)];
    int end = offset(address);
    int schema = readVarint(page, end);
    end += varintLength(schema);
    postings.removeSeries(id);
    for (int name : schemas.names(schema)) {
      int value = readVarint(page, end);
      end += varintLength(value);
      postings.removePair(name, value, id);
    }
    schemas.release(schema);
    gone(address, end - offset(address));
  }

  private void gone(int address, int length) {
    int page = page(address);
    live[page] -= length;
    if (live[page] == 0 && page != page(at)) {
      pages[page] = GONE;
      drained.clear(page);
      pageNumbers.give(page);
    }
  }

  /// Has the pages of which less than half is live emptied: [#move] is to be called with every address.
  public void drain() {
    for (int page = 0; page < pageNumbers.end(); page++) {
      if (pages[page] != GONE && page != page(at) && live[page] < PAGE_BYTES / 2) {
        drained.set(page);
      }
    }
  }

  /// Moves an entry out of a page that is to be emptied; answers where it is from now on.
  public int move(int address) {
    if (!drained.get(page(address))) {
      return address;
    }
    byte[] page = pages[page(address)];
    int end = offset(address);
    int schema = readVarint(page, end);
    end += varintLength(schema);
    for (int i = schemas.names(schema).length; i > 0; i--) {
      end += varintLength(readVarint(page, end));
    }
    int length = end - offset(address);
    int moved = reserve(length);
    System.arraycopy(page, offset(address), pages[page(moved)], offset(moved), length);
    written(moved, length);
    gone(address, length);
    return moved;
  }

  /// The labels at an address. Names and values are the shared arrays of the symbol table.
  public Labels labels(int address) {
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
  public LabelOrder order() {
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

  /// Memory of the pages and schemas, bytes.
  public long memoryBytes() {
    return (long) pageNumbers.taken() * PAGE_BYTES + schemas.memoryBytes();
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
    if (bytes >= PAGE_BYTES) {
      throw new IllegalArgumentException(
          "a series with up to " + bytes + " B of label numbers exceeds " + PAGE_BYTES);
    }
    // An address behind the last byte of a page would be one in the next page.
    if (offset(at) + bytes >= PAGE_BYTES) {
      int full = page(at);
      at = newPage();
      if (live[full] == 0) {
        gone(full << PAGE_BITS, 0);
      }
    }
    return at;
  }

  /// Address of the first byte of a page that is not in use.
  private int newPage() {
    int page = pageNumbers.take();
    if (page >= live.length) {
      pages = Arrays.copyOf(pages, page + 1);
      live = Arrays.copyOf(live, page + 1);
    }
    pages[page] = new byte[PAGE_BYTES];
    return page << PAGE_BITS;
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

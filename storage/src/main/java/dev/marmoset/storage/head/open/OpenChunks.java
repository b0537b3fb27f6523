package dev.marmoset.storage.head.open;

import static dev.marmoset.storage.head.open.SeriesLines.COUNT_BITS;
import static dev.marmoset.storage.head.open.SeriesLines.COUNT_SHIFT;
import static dev.marmoset.storage.head.open.SeriesLines.FIRST_BITS;
import static dev.marmoset.storage.head.open.SeriesLines.FIRST_SHIFT;
import static dev.marmoset.storage.head.open.SeriesLines.LABELS_AND_TAIL;
import static dev.marmoset.storage.head.open.SeriesLines.LAST_DELTA;
import static dev.marmoset.storage.head.open.SeriesLines.LAST_TIME;
import static dev.marmoset.storage.head.open.SeriesLines.LAST_VALUE;
import static dev.marmoset.storage.head.open.SeriesLines.LATEST_FLOAT;
import static dev.marmoset.storage.head.open.SeriesLines.LATEST_NONE;
import static dev.marmoset.storage.head.open.SeriesLines.LATEST_SHIFT;
import static dev.marmoset.storage.head.open.SeriesLines.PACKED;
import static dev.marmoset.storage.head.open.SeriesLines.PENDING_BITS;
import static dev.marmoset.storage.head.open.SeriesLines.PENDING_BITS_BITS;
import static dev.marmoset.storage.head.open.SeriesLines.PENDING_SHIFT;
import static dev.marmoset.storage.head.open.SeriesLines.TAIL_WORDS_BITS;
import static dev.marmoset.storage.head.open.SeriesLines.TAIL_WORDS_SHIFT;
import static dev.marmoset.storage.head.open.SeriesLines.XOR_WINDOW_BITS;
import static dev.marmoset.storage.head.open.SeriesLines.XOR_WINDOW_SHIFT;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorCodec;
import dev.marmoset.storage.head.scratch.Bytes;
import dev.marmoset.storage.head.scratch.ScratchLostException;
import dev.marmoset.storage.head.window.HeadWindow;
import dev.marmoset.storage.head.window.HeadWindows;
import dev.marmoset.storage.io.Slab;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Encodes samples that are newer than the latest of their series into the series' open XOR chunk.
///
/// The encoder's state lies in the series line, the finished 64-bit words of the chunk in segments of 64 bytes: seven
/// words and, last, a link to the segment before (0 none, > 0 slot + 1, < 0 minus the offset of a spilled segment in
/// the window's scratch file). So an append touches the line and, every few samples, one segment, and a chunk that
/// grows needs no copying. When the segments exceed their memory budget a full tail is written to scratch and its slot
/// used again: one segment per series stays resident.
///
/// Not thread-safe: guarded by the head's lock.
public final class OpenChunks implements AutoCloseable {
  private static final int LINK = Slab.SLOT_WORDS - 1;
  private static final int NO_TAIL = -1;
  /// Segments of an open chunk that are fetched ahead: 120 samples of 2 B take five.
  private static final int PREFETCHED_SEGMENTS = 6;
  /// Segments go to scratch from three quarters of the memory on: the rest is for the lines and first segments of new
  /// series, which cannot go there.
  private static final int SPILL_AT_NUMERATOR = 3;
  private static final int SPILL_AT_DENOMINATOR = 4;
  /// Longest chunk in words: 120 samples of at most 24 + 13 + 64 bits, and the first with a 10-byte time.
  private static final int MAX_WORDS = (ChunkCut.MAX_SAMPLES * (68 + 13 + 64) + 80) / 64 + 1;
  /// Where the word that is not full yet stands in the buffer a chunk is put together in.
  private static final int PENDING_AT = Chunk.COUNT_BYTES + MAX_WORDS * Long.BYTES;
  private static final long LATEST_MASK = (1L << SeriesLines.LATEST_BITS) - 1 << LATEST_SHIFT;
  private static final long WINDOW_MASK = (1L << XOR_WINDOW_BITS) - 1 << XOR_WINDOW_SHIFT;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final SeriesLines lines;
  private final HeadWindows windows;
  private final Slab segments = new Slab();
  private final long offHeapBytes;
  private final byte[] encoded = new byte[PENDING_AT + Long.BYTES];
  private int encodedFrom;
  private final byte[] segmentBytes = new byte[Slab.SLOT_BYTES];
  private long spilledSegments;

  /// The line that is being worked on, and the encoder's state in it.
  private final long[] line = new long[Slab.SLOT_WORDS];
  private long pending;
  private int pendingBits;
  private int tail;
  private int tailWords;
  /// Time of the sample that is being appended, ms: tells the window whose scratch file takes spilled segments.
  private long appending;

  /// @param offHeapBytes off-heap memory of the head, series lines included
  public OpenChunks(SeriesLines lines, HeadWindows windows, long offHeapBytes) {
    this.lines = lines;
    this.windows = windows;
    this.offHeapBytes = offHeapBytes;
  }

  /// Appends a sample if its time is after the latest of its series; answers whether it is.
  public boolean appendIfNewer(int id, long t, long valueBits) {
    long packed = lines.get(id, PACKED);
    long lastTime = lines.get(id, LAST_TIME);
    if (t <= lastTime && SeriesLines.field(packed, LATEST_SHIFT, SeriesLines.LATEST_BITS) != LATEST_NONE) {
      return false;
    }
    int count = SeriesLines.field(packed, COUNT_SHIFT, COUNT_BITS);
    boolean next = count >= 2 && count < ChunkCut.MAX_SAMPLES && windows.sameWindow(lastTime, t);
    if (!next || !appendToPending(id, packed, t - lastTime, valueBits)) {
      appendToLine(id, next, t, valueBits);
    }
    return true;
  }

  /// Appends a sample to a chunk of two or more if its bits fit into the pending word: then most of the line stays as it
  /// is. Answers whether they did; if not, nothing has changed.
  private boolean appendToPending(int id, long packed, long delta, long valueBits) {
    long change = delta - lines.get(id, LAST_DELTA);
    long xor = valueBits ^ lines.get(id, LAST_VALUE);
    int code = XorCodec.timeCode(change);
    int window = SeriesLines.field(packed, XOR_WINDOW_SHIFT, XOR_WINDOW_BITS);
    long bits = XorCodec.codeBits(code) << XorCodec.SAME_VALUE_BITS;
    int n = XorCodec.codeLength(code) + XorCodec.SAME_VALUE_BITS;
    if (xor != 0) {
      boolean kept = XorCodec.fits(xor, window);
      window = kept ? window : XorCodec.windowOf(xor);
      int length = XorCodec.windowLength(window);
      // What is shifted out of the word is more than the pending word has room for, and not used.
      bits = (kept ? bits >>> 1 << XorCodec.KEPT_WINDOW_BITS | XorCodec.KEPT_WINDOW
          : bits >>> 1 << XorCodec.NEW_WINDOW_BITS | XorCodec.newWindow(window)) << length
          | XorCodec.windowBits(xor, window);
      n += (kept ? XorCodec.KEPT_WINDOW_BITS : XorCodec.NEW_WINDOW_BITS) - XorCodec.SAME_VALUE_BITS + length;
    }
    int room = Long.SIZE - SeriesLines.field(packed, PENDING_SHIFT, PENDING_BITS_BITS);
    if (n >= room || code == XorCodec.WIDE_TIME) {
      return false;
    }
    lines.set(id, LAST_TIME, lines.get(id, LAST_TIME) + delta);
    long used = packed + (1L << COUNT_SHIFT) + ((long) n << PENDING_SHIFT);
    if (bits != 0) {
      lines.set(id, PENDING_BITS, lines.get(id, PENDING_BITS) | bits << room - n);
      lines.set(id, LAST_DELTA, delta);
      lines.set(id, LAST_VALUE, valueBits);
      used = used & ~WINDOW_MASK | (long) window << XOR_WINDOW_SHIFT;
    }
    lines.set(id, PACKED, used);
    return true;
  }

  private void appendToLine(int id, boolean next, long t, long valueBits) {
    appending = t;
    lines.load(id, line);
    long packed = line[PACKED];
    int count = SeriesLines.field(packed, COUNT_SHIFT, COUNT_BITS);
    if (next) {
      appendNext(packed, count, t, valueBits);
    } else {
      appendAtEdge(id, packed, count, t, valueBits);
    }
    line[LAST_TIME] = t;
    line[LAST_VALUE] = valueBits;
    lines.store(id, line);
  }

  /// Closes the open chunk, if there is one: it goes to scratch. That of a dropped window is forgotten, with the chunks
  /// before it: it is in a block.
  void close(int id) {
    if (!isOpen(id)) {
      return;
    }
    long firstTime = firstTime(id);
    Optional<HeadWindow> owner = windows.inOrder(firstTime);
    long ref = 0;
    if (owner.isPresent()) {
      int length = encode(id);
      ref = owner.get().closeChunk(lines.get(id, SeriesLines.CLOSED_CHUNK), firstTime,
          lines.get(id, LAST_TIME), encoded, encodedFrom, length);
    }
    lines.set(id, SeriesLines.CLOSED_CHUNK, ref);
    releaseSegments((int) lines.get(id, LABELS_AND_TAIL));
    setTail(id, NO_TAIL);
    lines.set(id, PENDING_BITS, 0);
    lines.set(id, PACKED, lines.get(id, PACKED) & LATEST_MASK);
  }

  /// Forgets the open chunks of dropped windows.
  ///
  /// @param from first series id
  /// @param to   last series id + 1
  public void closeDropped(int from, int to) {
    for (int id = from; id < to; id++) {
      if (isOpen(id) && windows.inOrder(firstTime(id)).isEmpty()) {
        close(id);
      }
    }
  }

  /// Notes a histogram as the latest sample of the series. The open chunk of floats ends before it: a chunk holds
  /// samples of one kind.
  public void closeBehindHistogram(int id, long t, long identity) {
    close(id);
    lines.set(id, LAST_TIME, t);
    lines.set(id, LAST_VALUE, identity);
    lines.set(id, PACKED, (long) SeriesLines.LATEST_HISTOGRAM << LATEST_SHIFT);
  }

  /// A copy of the open chunk; `null` when the series has none.
  @Nullable
  public Chunk snapshot(int id) {
    if (!isOpen(id)) {
      return null;
    }
    int length = encode(id);
    return new Chunk(ChunkEncoding.XOR, firstTime(id), lines.get(id, LAST_TIME),
        Arrays.copyOfRange(encoded, encodedFrom, encodedFrom + length));
  }

  /// Has the processor fetch the open chunks of series that are about to be read, side by side: read one after the other
  /// each is a chain of cache misses, together a fifth of what reading costs.
  ///
  /// @param ids  of which those from `from` on and before `to` are meant
  public void prefetch(int[] ids, int from, int to) {
    var links = new long[to - from];
    for (int i = 0; i < links.length; i++) {
      links[i] = (int) lines.get(ids[from + i], LABELS_AND_TAIL) + 1L;
    }
    for (int hop = 0; hop < PREFETCHED_SEGMENTS; hop++) {
      for (int i = 0; i < links.length; i++) {
        if (links[i] > 0) {
          links[i] = segments.get((int) links[i] - 1, LINK);
        }
      }
    }
  }

  /// Time of the open chunk's first sample, ms. Meaningful only while there is an open chunk.
  public long firstTime(int id) {
    int first = SeriesLines.field(lines.get(id, PACKED), FIRST_SHIFT, FIRST_BITS);
    return ChunkCut.windowStart(lines.get(id, LAST_TIME)) + first;
  }

  /// Whether the series has an open chunk.
  public boolean isOpen(int id) {
    return SeriesLines.field(lines.get(id, PACKED), COUNT_SHIFT, COUNT_BITS) != 0;
  }

  /// Whether the off-heap memory is used up, although all that can be is on scratch: one more series is too many.
  public boolean isFull() {
    return bytesInUse() >= offHeapBytes;
  }

  /// Off-heap memory of the segments, bytes.
  public long memoryBytes() {
    return segments.memoryBytes();
  }

  /// Segments written to scratch so far because their memory budget was used up.
  long spilledSegments() {
    return spilledSegments;
  }

  @Override
  public void close() {
    segments.close();
  }

  private void appendNext(long packed, int count, long t, long valueBits) {
    load(packed);
    long delta = t - line[LAST_TIME];
    int code = XorCodec.timeCode(delta - line[LAST_DELTA]);
    put(XorCodec.codeBits(code), XorCodec.codeLength(code));
    if (code == XorCodec.WIDE_TIME) {
      put(delta - line[LAST_DELTA], Long.SIZE);
    }
    int window = putValue(valueBits ^ line[LAST_VALUE],
        SeriesLines.field(packed, XOR_WINDOW_SHIFT, XOR_WINDOW_BITS));
    line[LAST_DELTA] = delta;
    store(count + 1, window, SeriesLines.field(packed, FIRST_SHIFT, FIRST_BITS));
  }

  private void appendAtEdge(int id, long packed, int count, long t, long valueBits) {
    if (count == 1 && windows.sameWindow(line[LAST_TIME], t)) {
      load(packed);
      long delta = t - line[LAST_TIME];
      putUvarint(delta);
      int window = putValue(valueBits ^ line[LAST_VALUE], XorCodec.NO_WINDOW);
      line[LAST_DELTA] = delta;
      store(2, window, SeriesLines.field(packed, FIRST_SHIFT, FIRST_BITS));
    } else {
      close(id);
      lines.load(id, line);
      load(0);
      // Later samples of the chunk are not older.
      windows.at(t).note(t);
      putUvarint(t << 1 ^ t >> 63);
      put(valueBits, Long.SIZE);
      store(1, XorCodec.NO_WINDOW, (int) (t - ChunkCut.windowStart(t)));
    }
  }

  private int putValue(long xor, int window) {
    if (xor == 0) {
      put(XorCodec.SAME_VALUE, XorCodec.SAME_VALUE_BITS);
      return window;
    }
    int used = window;
    if (XorCodec.fits(xor, window)) {
      put(XorCodec.KEPT_WINDOW, XorCodec.KEPT_WINDOW_BITS);
    } else {
      used = XorCodec.windowOf(xor);
      put(XorCodec.newWindow(used), XorCodec.NEW_WINDOW_BITS);
    }
    put(XorCodec.windowBits(xor, used), XorCodec.windowLength(used));
    return used;
  }

  private void putUvarint(long value) {
    long rest = value;
    for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
      put(rest & 0x7F | 0x80, Byte.SIZE);
    }
    put(rest, Byte.SIZE);
  }

  /// Adds the `n` (1..64) low bits of `bits`; only those may be set, except that at 64 all count.
  private void put(long bits, int n) {
    int room = Long.SIZE - pendingBits;
    if (n < room) {
      pending |= bits << room - n;
      pendingBits += n;
    } else {
      int over = n - room;
      pushWord(pending | bits >>> over);
      pending = over == 0 ? 0 : bits << Long.SIZE - over;
      pendingBits = over;
    }
  }

  private void pushWord(long word) {
    if (tail == NO_TAIL || tailWords == LINK) {
      nextSegment();
    }
    segments.set(tail, tailWords++, word);
  }

  private void nextSegment() {
    if (tail != NO_TAIL && bytesInUse() >= offHeapBytes / SPILL_AT_DENOMINATOR * SPILL_AT_NUMERATOR) {
      segments.set(tail, LINK, -spill(tail));
    } else {
      int slot = segments.allocate();
      segments.set(slot, LINK, tail == NO_TAIL ? 0 : tail + 1L);
      tail = slot;
    }
    tailWords = 0;
  }

  private long bytesInUse() {
    return (segments.slotsInUse() + (long) lines.size()) * Slab.SLOT_BYTES;
  }

  private long spill(int slot) {
    for (int word = 0; word < Slab.SLOT_WORDS; word++) {
      Bytes.putLong(segmentBytes, word * Long.BYTES, segments.get(slot, word));
    }
    spilledSegments++;
    return windows.at(appending).file().append(segmentBytes, 0, Slab.SLOT_BYTES);
  }

  /// Takes the encoder's state from the loaded line.
  private void load(long packed) {
    pending = line[PENDING_BITS];
    pendingBits = SeriesLines.field(packed, PENDING_SHIFT, PENDING_BITS_BITS);
    tail = (int) line[LABELS_AND_TAIL];
    tailWords = SeriesLines.field(packed, TAIL_WORDS_SHIFT, TAIL_WORDS_BITS);
  }

  /// Puts the encoder's state into the loaded line.
  private void store(int count, int xorWindow, int first) {
    line[PENDING_BITS] = pending;
    line[LABELS_AND_TAIL] = line[LABELS_AND_TAIL] & 0xFFFF_FFFF_0000_0000L | tail & 0xFFFF_FFFFL;
    line[PACKED] = (long) count << COUNT_SHIFT | (long) pendingBits << PENDING_SHIFT
        | (long) tailWords << TAIL_WORDS_SHIFT | (long) xorWindow << XOR_WINDOW_SHIFT
        | (long) first << FIRST_SHIFT
        | (long) LATEST_FLOAT << LATEST_SHIFT;
  }

  private void setTail(int id, int slot) {
    long labels = lines.get(id, LABELS_AND_TAIL) & 0xFFFF_FFFF_0000_0000L;
    lines.set(id, LABELS_AND_TAIL, labels | slot & 0xFFFF_FFFFL);
  }

  /// Loads the line and writes its chunk to the end of [#encoded], from [#encodedFrom] on; answers the bytes.
  ///
  /// Back to front, because a segment links to the one before it and only so is each looked at once.
  private int encode(int id) {
    lines.load(id, line);
    long packed = line[PACKED];
    load(packed);
    WORDS.set(encoded, PENDING_AT, pending);
    int at = PENDING_AT;
    int words = tailWords;
    long link = tail == NO_TAIL ? 0 : tail + 1L;
    while (link != 0) {
      at -= words * Long.BYTES;
      link = link > 0 ? copySegment((int) link - 1, at, words)
          : copySpilled(-link, at, words, lines.get(id, LAST_TIME));
      words = LINK;
    }
    int count = SeriesLines.field(packed, COUNT_SHIFT, COUNT_BITS);
    encoded[at - 1] = (byte) count;
    encoded[at - 2] = (byte) (count >>> Byte.SIZE);
    encodedFrom = at - Chunk.COUNT_BYTES;
    return PENDING_AT + (pendingBits + 7) / Byte.SIZE - encodedFrom;
  }

  private long copySegment(int slot, int at, int words) {
    for (int i = 0; i < words; i++) {
      WORDS.set(encoded, at + i * Long.BYTES, segments.get(slot, i));
    }
    return segments.get(slot, LINK);
  }

  private long copySpilled(long offset, int at, int words, long time) {
    try {
      HeadWindow owner = windows.inOrder(time)
          .orElseThrow(() -> new IOException("the window of " + time + " ms is gone"));
      owner.file().read(offset, segmentBytes, 0, Slab.SLOT_BYTES);
    } catch (IOException e) {
      throw new ScratchLostException("reading a spilled segment of an open chunk", e);
    }
    for (int i = 0; i < words; i++) {
      WORDS.set(encoded, at + i * Long.BYTES, Bytes.getLong(segmentBytes, i * Long.BYTES));
    }
    return Bytes.getLong(segmentBytes, LINK * Long.BYTES);
  }

  private void releaseSegments(int last) {
    long link = last == NO_TAIL ? 0 : last + 1L;
    while (link > 0) {
      int slot = (int) link - 1;
      link = segments.get(slot, LINK);
      segments.release(slot);
    }
  }
}

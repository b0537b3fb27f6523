package dev.marmoset.storage.head.window;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.head.late.LateRows;
import dev.marmoset.storage.head.late.LateSort;
import dev.marmoset.storage.io.ScratchFile;
import java.io.IOException;
import java.nio.file.Path;

/// What the head holds of one window: its closed chunks and its late rows, on scratch.
///
/// Closed chunks of a series form a chain from the newest to the oldest, across windows: each has the ref of the one
/// before in its header, the newest ref is in the series line. So memory per closed chunk is nothing. A **ref** is
/// `window number << 36 | offset / 8` with the window number (start / 2 h) in 28 bits: refs up to the year 60000 and
/// files up to 512 GiB. 0 is no chunk: a file begins with 8 bytes that belong to none.
///
/// Changed under the head's lock; reading is thread-safe.
public final class HeadWindow implements AutoCloseable {
  private static final int OFFSET_BITS = 36;
  private static final int ALIGNMENT = Long.BYTES;
  /// A header and a chunk of 120 samples mostly fit, so that one system call reads both.
  private static final int READ_AHEAD = 512;

  private final long start;
  private final ScratchFile file;
  private final LateRows late;
  private final boolean inOrder;
  private final long since;
  private volatile long hiddenAt = Long.MAX_VALUE;
  private boolean askedToHide;
  private boolean askedToDrop;
  private byte[] record = new byte[512];
  private volatile long minTime = Long.MAX_VALUE;

  /// @param start   first time of the window, ms
  /// @param path    where its scratch file will lie
  /// @param inOrder whether open chunks may end in it
  /// @param since   when its first sample came, by the acceptance clock, ms
  /// @param sort    of late rows, shared by all windows
  HeadWindow(long start, Path path, boolean inOrder, long since, LateSort sort) {
    this.start = start;
    this.inOrder = inOrder;
    this.since = since;
    this.file = new ScratchFile(path);
    file.append(new byte[ALIGNMENT], 0, ALIGNMENT);
    this.late = new LateRows(start, file, sort);
  }

  /// First time of the window, ms.
  public long start() {
    return start;
  }

  /// Last time of the window, ms.
  public long lastTime() {
    return start + ChunkCut.WINDOW_MS - 1;
  }

  /// Whether it owns open and closed chunks, not only late rows.
  public boolean isInOrder() {
    return inOrder;
  }

  /// When its first sample came, by the acceptance clock, ms.
  public long since() {
    return since;
  }

  /// Hides it from the view with this number and later ones, if it is not hidden already.
  void hide(long epoch) {
    hiddenAt = Math.min(hiddenAt, epoch);
  }

  boolean isHidden() {
    return hiddenAt != Long.MAX_VALUE;
  }

  /// Notes that a block holds what it holds. Under the head's lock, as the following.
  void askToHide() {
    askedToHide = true;
  }

  boolean isAskedToHide() {
    return askedToHide;
  }

  /// Notes that no querier is open that was opened before it was asked to hide.
  void askToDrop() {
    askedToDrop = true;
  }

  boolean isAskedToDrop() {
    return askedToDrop;
  }

  boolean isSeenBy(HeadView view) {
    return view.epoch() < hiddenAt;
  }

  /// Where its closed chunks and late runs are; not to be closed by anybody else.
  public ScratchFile file() {
    return file;
  }

  /// Its late rows, guarded by the head's lock.
  public LateRows late() {
    return late;
  }

  /// Time of the oldest sample of the window, ms; [Long#MAX_VALUE] while there is none.
  long minTime() {
    return minTime;
  }

  /// Notes that the window holds a sample of time `t`. Under the head's lock.
  public void note(long t) {
    if (t < minTime) {
      minTime = t;
    }
  }

  /// Writes a closed chunk and answers its ref. Under the head's lock.
  ///
  /// @param previous ref of the series' closed chunk before this one, or 0
  /// @param minTime  time of its first sample, ms
  /// @param maxTime  time of its last sample, ms
  /// @param data     holds the chunk in `length` bytes from `offset` on
  public long closeChunk(long previous, long minTime, long maxTime, byte[] data, int offset, int length) {
    int aligned = ClosedChunkHeader.BYTES + length + ALIGNMENT - 1 & -ALIGNMENT;
    if (aligned > record.length) {
      record = new byte[aligned];
    }
    new ClosedChunkHeader(previous, minTime, maxTime, length).write(record, 0);
    System.arraycopy(data, offset, record, ClosedChunkHeader.BYTES, length);
    long position = file.append(record, 0, aligned);
    return Math.floorDiv(start, ChunkCut.WINDOW_MS) << OFFSET_BITS | position / ALIGNMENT;
  }

  /// Reads the header of one of this window's closed chunks.
  ///
  /// @throws IOException if scratch does not give it
  ClosedChunkHeader readHeader(long ref) throws IOException {
    byte[] header = new byte[ClosedChunkHeader.BYTES];
    file.read(offset(ref), header, 0, header.length);
    return ClosedChunkHeader.read(header, 0);
  }

  /// Reads one of this window's closed chunks.
  ///
  /// @throws IOException if scratch does not give it
  ClosedChunk readChunk(long ref) throws IOException {
    byte[] record = new byte[READ_AHEAD];
    int n = file.readUpTo(offset(ref), record, 0, READ_AHEAD);
    if (n < ClosedChunkHeader.BYTES) {
      throw new IOException(
          "reading a closed chunk of window " + start + " at offset " + offset(ref) + ": scratch ends");
    }
    ClosedChunkHeader header = ClosedChunkHeader.read(record, 0);
    byte[] data = new byte[header.length()];
    int ahead = Math.min(data.length, n - ClosedChunkHeader.BYTES);
    System.arraycopy(record, ClosedChunkHeader.BYTES, data, 0, ahead);
    file.read(offset(ref) + ClosedChunkHeader.BYTES + ahead, data, ahead, data.length - ahead);
    return new ClosedChunk(header.previous(),
        new Chunk(ChunkEncoding.XOR, header.minTime(), header.maxTime(), data));
  }

  /// A closed chunk and the ref of the one before it, or 0.
  public record ClosedChunk(long previous, Chunk chunk) {}

  /// Start of the window that a ref belongs to, ms.
  public static long startOf(long ref) {
    return (ref >> OFFSET_BITS) * ChunkCut.WINDOW_MS;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static long offset(long ref) {
    return (ref & (1L << OFFSET_BITS) - 1) * ALIGNMENT;
  }
}

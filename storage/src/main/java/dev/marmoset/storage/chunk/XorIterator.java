package dev.marmoset.storage.chunk;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cursor over the samples of one XOR chunk.
///
/// `while (it.next()) use(it.time(), it.valueBits());` and then [#corruption()]: next answers false both at the end and where the data
/// is unreadable. Whatever the bytes are, nothing is thrown and at most 65535 samples come out. Bytes after the last sample are not
/// looked at, as upstream. Reusable; one thread at a time; the array is only read.
public final class XorIterator {
  private static final int TIME_BITS_14 = 14;
  private static final int TIME_BITS_17 = 17;
  private static final int TIME_BITS_20 = 20;

  private final BitReader bits = new BitReader();
  private int count;
  private int read;
  private long time;
  private long delta;
  private long valueBits;
  /// The window for changed values. Before the first one is set the whole word is read, as upstream does.
  private int leading;
  private int significant = Long.SIZE;
  private @Nullable String corruption;

  /// A cursor over nothing.
  public XorIterator() {}

  /// Starts over on the chunk in a part of an array, which the iterator borrows until the next reset.
  ///
  /// @param offset where the BE16 sample count is
  /// @throws IndexOutOfBoundsException if the part does not lie inside the array
  public XorIterator reset(byte[] data, int offset, int length) {
    bits.reset(data, offset, length);
    read = 0;
    count = (int) bits.read(Short.SIZE);
    leading = 0;
    significant = Long.SIZE;
    corruption = null;
    if (bits.failed()) {
      count = 0;
      corruption = "decoding an XOR chunk: " + length + " bytes cannot hold the sample count, which takes " + Chunk.COUNT_BYTES;
    }
    return this;
  }

  /// Number of samples the chunk says it holds.
  public int sampleCount() {
    return count;
  }

  /// Moves to the next sample; false at the end and where the data is corrupt.
  public boolean next() {
    if (read >= 2 && read < count) {
      readTime();
      readValue();
    } else if (!readFirstTwo()) {
      return false;
    }
    read++;
    return !bits.failed() || stop();
  }

  private boolean readFirstTwo() {
    if (read >= count) {
      return false;
    }
    if (read == 0) {
      time = bits.readVarint();
      valueBits = bits.read(Long.SIZE);
    } else {
      delta = bits.readUvarint();
      time += delta;
      readValue();
    }
    return true;
  }

  private void readTime() {
    long word = bits.peek();
    if (word >= 0) {
      bits.skip(1);
    } else {
      readTimeChange(word);
    }
    time += delta;
  }

  private void readTimeChange(long word) {
    switch (Long.numberOfLeadingZeros(~word)) {
      case 1 -> readTimeChange(word, 2, TIME_BITS_14);
      case 2 -> readTimeChange(word, 3, TIME_BITS_17);
      case 3 -> readTimeChange(word, 4, TIME_BITS_20);
      default -> {
        bits.skip(4);
        delta += bits.read(Long.SIZE);
      }
    }
  }

  private void readTimeChange(long word, int prefix, int length) {
    long change = word << prefix >>> (Long.SIZE - length);
    // Asymmetric: the greatest value is 2^(length - 1), so only what is above it stands for a negative one.
    delta += change > 1L << (length - 1) ? change - (1L << length) : change;
    bits.skip(prefix + length);
  }

  private void readValue() {
    long word = bits.peek();
    if (word >= 0) {
      bits.skip(1);
      return;
    }
    if (word << 1 < 0) {
      leading = (int) (word >>> 57) & 0x1f;
      int length = (int) (word >>> 51) & 0x3f;
      significant = length == 0 ? Long.SIZE : length;
      bits.skip(XorCodec.NEW_WINDOW_BITS);
      if (leading + significant > Long.SIZE) {
        bits.fail();
      }
    } else {
      bits.skip(XorCodec.KEPT_WINDOW_BITS);
    }
    valueBits ^= bits.read(significant) << (Long.SIZE - leading - significant);
  }

  private boolean stop() {
    corruption = "decoding an XOR chunk: sample " + read + " of " + count + " reaches beyond the data or sets a window wider than a value";
    read = count;
    return false;
  }

  /// Time of the current sample, ms.
  public long time() {
    return time;
  }

  /// Raw bits of the current sample's float64.
  public long valueBits() {
    return valueBits;
  }

  /// Why [#next()] stopped before the stated number of samples; empty if it did not.
  public Optional<String> corruption() {
    return Optional.ofNullable(corruption);
  }
}

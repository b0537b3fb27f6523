package dev.marmoset.storage.chunk;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cursor over the samples of one XOR chunk.
///
/// `while (it.next()) use(it.time(), it.valueBits());` and then [#corruption()]: next answers false both at the end and
/// where the data is unreadable. Whatever the bytes are, nothing is thrown and at most 65535 samples come out. Bytes
/// after the last sample are not looked at, as upstream. Reusable; one thread at a time; the array is only read.
public final class XorIterator {
  private final BitReader bits = new BitReader();
  private int count;
  private int read;
  private long time;
  private long delta;
  private long valueBits;
  /// The window for changed values. Before the first one is set the whole word is read, as upstream does.
  private int significant = Long.SIZE;
  private int trailing;
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
    significant = Long.SIZE;
    trailing = 0;
    corruption = null;
    if (bits.failed()) {
      count = 0;
      corruption = "decoding an XOR chunk: " + length + " bytes cannot hold the sample count, which takes "
          + Chunk.COUNT_BYTES;
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
      readSample();
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
      readValue(bits.peek(), 0);
    }
    return true;
  }

  /// Reads a sample after the second. One look at the stream serves the timestamp code (at most 24 bits unless it is
  /// wide) and the start of the value code (at most 13): together less than a look is sure to show.
  private void readSample() {
    long word = bits.peek();
    int used = 1;
    if (word < 0) {
      used = readTimeChange(word);
      word = used == 0 ? bits.peek() : word << used;
    } else {
      word <<= 1;
    }
    time += delta;
    readValue(word, used);
  }

  /// Changes the delta; answers the bits of the code, or 0 when it was wide and has been skipped.
  private int readTimeChange(long word) {
    return switch (Long.numberOfLeadingZeros(~word)) {
      case 1 -> changeDelta(word << 2, 14) + 2;
      case 2 -> changeDelta(word << 3, 17) + 3;
      case 3 -> changeDelta(word << 4, 20) + 4;
      default -> {
        bits.skip(4);
        delta += bits.read(Long.SIZE);
        yield 0;
      }
    };
  }

  private int changeDelta(long word, int length) {
    long change = word >>> (Long.SIZE - length);
    // Asymmetric: the greatest value is 2^(length - 1), so only what is above it stands for a negative one.
    delta += change > 1L << (length - 1) ? change - (1L << length) : change;
    return length;
  }

  /// Reads a value code.
  ///
  /// @param word what the stream holds from the code on
  /// @param owed bits before it that the stream has not been moved over yet
  private void readValue(long word, int owed) {
    if (word >= 0) {
      bits.skip(owed + XorCodec.SAME_VALUE_BITS);
      return;
    }
    int head = XorCodec.KEPT_WINDOW_BITS;
    if (word << 1 < 0) {
      readWindow(word);
      head = XorCodec.NEW_WINDOW_BITS;
    }
    int all = owed + head + significant;
    if (all <= BitReader.PEEKABLE) {
      // The usual case: the whole sample lies in the word already looked at.
      bits.skip(all);
      valueBits ^= word << head >>> (Long.SIZE - significant) << trailing;
    } else {
      valueBits ^= bits.read(owed + head, significant) << trailing;
    }
  }

  private void readWindow(long word) {
    int leading = (int) (word >>> 57) & 0x1f;
    int length = (int) (word >>> 51) & 0x3f;
    significant = length == 0 ? Long.SIZE : length;
    trailing = Long.SIZE - leading - significant;
    if (trailing < 0) {
      bits.fail();
    }
  }

  private boolean stop() {
    corruption = "decoding an XOR chunk: sample " + read + " of " + count
        + " reaches beyond the data or sets a window wider than a value";
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

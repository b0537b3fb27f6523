package dev.marmoset.storage.chunk;

/// Encodes float samples of one series into one XOR chunk, bit for bit as Prometheus does.
///
/// Allocates nothing per sample; about 10 ns each. The caller decides where to cut ([ChunkCut]) and feeds strictly
/// ascending times: the appender does not look, because its callers have just compared them. One thread at a time.
public final class XorAppender {
  private final BitWriter bits = new BitWriter();
  private int count;
  private long firstTime;
  private long lastTime;
  private long lastDelta;
  private long lastValueBits;
  private int window = XorCodec.NO_WINDOW;

  /// An appender for an empty chunk.
  public XorAppender() {}

  /// Adds a sample.
  ///
  /// @param t time, ms, after [#lastTime()]
  /// @param valueBits raw bits of the float64
  /// @throws IllegalStateException if the chunk already holds 65535 samples, the most its count can state
  public void append(long t, long valueBits) {
    if (count >= 2) {
      appendNext(t, valueBits);
    } else if (count == 1) {
      appendSecond(t, valueBits);
    } else {
      appendFirst(t, valueBits);
    }
    lastTime = t;
    lastValueBits = valueBits;
    count++;
  }

  private void appendFirst(long t, long valueBits) {
    firstTime = t;
    bits.writeVarint(t);
    bits.write(valueBits, Long.SIZE);
  }

  private void appendSecond(long t, long valueBits) {
    lastDelta = t - lastTime;
    bits.writeUvarint(lastDelta);
    appendValue(0, 0, valueBits ^ lastValueBits);
  }

  private void appendNext(long t, long valueBits) {
    if (count == Chunk.MAX_COUNT) {
      throw new IllegalStateException("appending the sample at " + t
          + " ms to an XOR chunk that already holds " + count + " samples, its limit");
    }
    long delta = t - lastTime;
    long change = delta - lastDelta;
    int code = XorCodec.timeCode(change);
    lastDelta = delta;
    if (code == XorCodec.WIDE_TIME) {
      bits.write(XorCodec.codeBits(code), XorCodec.codeLength(code));
      bits.write(change, Long.SIZE);
      appendValue(0, 0, valueBits ^ lastValueBits);
    } else {
      appendValue(XorCodec.codeBits(code), XorCodec.codeLength(code), valueBits ^ lastValueBits);
    }
  }

  /// Writes bits still owed by the timestamp (at most 24) and the value code, together where they fit into one word.
  private void appendValue(long owed, int owedLength, long xor) {
    if (xor == 0) {
      bits.write(owed << XorCodec.SAME_VALUE_BITS | XorCodec.SAME_VALUE,
          owedLength + XorCodec.SAME_VALUE_BITS);
    } else if (XorCodec.fits(xor, window)) {
      append(owed << XorCodec.KEPT_WINDOW_BITS | XorCodec.KEPT_WINDOW, owedLength + XorCodec.KEPT_WINDOW_BITS,
          xor);
    } else {
      window = XorCodec.windowOf(xor);
      append(owed << XorCodec.NEW_WINDOW_BITS | XorCodec.newWindow(window),
          owedLength + XorCodec.NEW_WINDOW_BITS, xor);
    }
  }

  private void append(long head, int headLength, long xor) {
    int length = XorCodec.windowLength(window);
    long payload = XorCodec.windowBits(xor, window);
    if (headLength + length <= Long.SIZE) {
      bits.write(head << length | payload, headLength + length);
    } else {
      bits.write(head, headLength);
      bits.write(payload, length);
    }
  }

  /// Samples appended since the last reset.
  public int count() {
    return count;
  }

  /// Time of the last sample, ms; meaningless while [#count()] is 0.
  public long lastTime() {
    return lastTime;
  }

  /// Raw bits of the last sample's value; meaningless while [#count()] is 0.
  public long lastValueBits() {
    return lastValueBits;
  }

  /// A chunk of the samples so far, in an array of its own. The appender can go on.
  ///
  /// @throws IllegalStateException if there is no sample
  public Chunk chunk() {
    if (count == 0) {
      throw new IllegalStateException("taking the chunk of an XOR appender that holds no sample");
    }
    return new Chunk(ChunkEncoding.XOR, firstTime, lastTime, data());
  }

  /// A copy of the chunk's data, whatever the order of its times.
  byte[] data() {
    var data = new byte[Chunk.COUNT_BYTES + bits.byteLength()];
    data[0] = (byte) (count >>> Byte.SIZE);
    data[1] = (byte) count;
    bits.copyTo(data, Chunk.COUNT_BYTES);
    return data;
  }

  /// Begins an empty chunk and keeps the buffer.
  public void reset() {
    bits.reset();
    count = 0;
    window = XorCodec.NO_WINDOW;
  }
}

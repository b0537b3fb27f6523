package dev.marmoset.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Decodes what nearly every remote-write 2.0 message is, symbols and then series of labels and one sample, without
/// spelling the labels out: a series is found by the hash of its symbols ([Spellings]).
///
/// The batch is a conjecture until the store knows all of them. It does when a series was spelt out before by
/// [WriteV2Decoder], and its labels were in order, without empty values. Anything else is left to that decoder.
///
/// | bytes | field of a series                                                                                 |
/// |-------|---------------------------------------------------------------------------------------------------|
/// | 2     | `0x0A`, references, and their length, at most 127                                                  |
/// | …     | references of one or two bytes                                                                     |
/// | 9, 18 | `0x12`, a sample as in [QuickSample]                                                               |
/// | 0, 2  | `0x2A`, metadata, of length 0: what Prometheus sends when it has none                              |
///
/// Confined to one thread at a time.
public final class QuickV2Decoder {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int SYMBOL = 0x22;
  private static final int TIMESERIES = 0x2A;
  private static final int REFS = 0x0A;
  private static final short NO_METADATA = 0x002A;
  /// Numbers that take two bytes.
  private static final int MAX_SYMBOLS = 1 << 14;

  private final WriteBatch batch;
  private final int maxSamples;
  private final Spellings spellings;
  private final QuickSample sample = new QuickSample();

  /// @param batch      what [#decode] fills
  /// @param maxSamples samples that one request may carry
  /// @param spellings  filled as well; stays as it is until the next [#decode]
  public QuickV2Decoder(WriteBatch batch, int maxSamples, Spellings spellings) {
    this.batch = batch;
    this.maxSamples = maxSamples;
    this.spellings = spellings;
  }

  /// Decodes a whole body into the batch, which it begins, as a conjecture.
  ///
  /// @return whether the message has the shape; if not, the batch means nothing
  public boolean decode(byte[] body, int length) {
    batch.beginConjecture(body, spellings);
    spellings.begin(body);
    int at = symbols(body, length);
    while (at >= 0 && at < length) {
      at = series(body, at, length);
    }
    return at == length;
  }

  /// Reads the symbols and answers the offset behind them; −1 when there are too many or too long ones.
  private int symbols(byte[] body, int length) {
    int at = 0;
    int n = 0;
    while (length - at >= 3 && body[at] == SYMBOL) {
      int start = at + 2;
      int size = body[at + 1];
      if (size < 0) {
        size = size & 0x7F | body[start++] << 7;
      }
      at = start + size;
      if (size < 0 || at > length || ++n > MAX_SYMBOLS || batch.starved()) {
        return -1;
      }
      spellings.addSymbol(start, size);
    }
    return at;
  }

  /// Decodes the series at an offset and answers the one behind it; −1 when it has another shape.
  private int series(byte[] body, int offset, int length) {
    if (length - offset < 4 + QuickSample.MIN_BYTES || body[offset] != TIMESERIES) {
      return -1;
    }
    int start = offset + 2;
    int size = body[offset + 1];
    if (size < 0) {
      size = size & 0x7F | body[start++] << 7;
    }
    int end = start + size;
    if (size < 2 + QuickSample.MIN_BYTES || end > length || body[start] != REFS) {
      return -1;
    }
    int refs = start + 2;
    int refsBytes = body[start + 1];
    int sampleAt = refs + refsBytes;
    if (refsBytes <= 0 || !sample.read(body, sampleAt, end)) {
      return -1;
    }
    int rest = end - sampleAt - sample.bytes();
    boolean plain = rest == 0 || rest == 2 && (short) SHORTS.get(body, end - 2) == NO_METADATA;
    if (!plain || batch.samples() >= maxSamples || !spellings.addSeries(refs, refsBytes)) {
      return -1;
    }
    return batch.addConjecture(refs, refsBytes, 0, sample.time(), sample.valueBits()) ? end : -1;
  }
}

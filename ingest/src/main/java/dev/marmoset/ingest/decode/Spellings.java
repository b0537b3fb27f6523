package dev.marmoset.ingest.decode;

import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.LabelRegion;
import java.util.Arrays;

/// How a remote-write 2.0 request spells the labels of its series: its symbols, and per series the references to them.
///
/// A sender numbers its symbols anew in every request, but the texts behind the numbers of a series stay. So each
/// symbol is hashed once, and the hash of a series is put together from those of its symbols. Reused; confined to one
/// thread at a time.
public final class Spellings {
  private static final int FIRST = 512;

  private static final int SYMBOL_BYTES = 2 * Integer.BYTES + 2 * Long.BYTES;
  private static final int SERIES_BYTES = 2 * Integer.BYTES + Long.BYTES;

  private final LabelHash hash;
  private final WriteBatch batch;
  private byte[] body = {};
  private int symbols;
  private int[] offset = new int[FIRST];
  private int[] length = new int[FIRST];
  private long[] low = new long[FIRST];
  /// 0 until it is asked for.
  private long[] high = new long[FIRST];

  private int series;
  private int[] refsOffset = new int[FIRST];
  private int[] refsLength = new int[FIRST];
  private long[] lowOfSeries = new long[FIRST];

  /// @param batch pays for what grows
  public Spellings(LabelHash hash, WriteBatch batch) {
    this.hash = hash;
    this.batch = batch;
  }

  /// Forgets the last request; symbols and references of the next one lie in `newBody`, which is borrowed.
  void begin(byte[] newBody) {
    body = newBody;
    symbols = 0;
    series = 0;
  }

  /// Adds the symbol with the next number.
  void addSymbol(int at, int bytes) {
    if (symbols == offset.length) {
      int size = 2 * symbols;
      batch.pay((long) SYMBOL_BYTES * symbols);
      offset = Arrays.copyOf(offset, size);
      length = Arrays.copyOf(length, size);
      low = Arrays.copyOf(low, size);
      high = Arrays.copyOf(high, size);
    }
    offset[symbols] = at;
    length[symbols] = bytes;
    low[symbols] = hash.low(body, at, bytes);
    high[symbols++] = 0;
  }

  /// Adds the next series.
  ///
  /// @param at    where its packed references lie, numbers of one or two bytes
  /// @param bytes of them, at most [LabelHash#MAX_PAIRS] pairs
  /// @return false when they are not pairs of references to symbols
  boolean addSeries(int at, int bytes) {
    int end = at + bytes;
    int i = at;
    int place = 0;
    long sum = 0;
    while (i < end) {
      int name = body[i++];
      if (name < 0) {
        name = name & 0x7F | body[i++] << 7;
      }
      int value = body[i++];
      if (value < 0) {
        value = value & 0x7F | body[i++] << 7;
      }
      if (Integer.compareUnsigned(name, symbols) >= 0 || Integer.compareUnsigned(value, symbols) >= 0) {
        return false;
      }
      sum += hash.pair(place++, low[name], low[value]);
    }
    if (series == refsOffset.length) {
      growSeries();
    }
    refsOffset[series] = at;
    refsLength[series] = bytes;
    lowOfSeries[series++] = hash.spelling(sum, place);
    return i == end;
  }

  private void growSeries() {
    int size = 2 * series;
    batch.pay((long) SERIES_BYTES * series);
    refsOffset = Arrays.copyOf(refsOffset, size);
    refsLength = Arrays.copyOf(refsLength, size);
    lowOfSeries = Arrays.copyOf(lowOfSeries, size);
  }

  int series() {
    return series;
  }

  /// Low word of the hash of a series.
  public long low(int index) {
    return lowOfSeries[index];
  }

  /// High word of the hash of a series. Not needed where a guess holds, so it is not kept.
  public long high(int index) {
    long sum = 0;
    int place = 0;
    int end = refsOffset[index] + refsLength[index];
    for (int at = refsOffset[index]; at < end; place++) {
      int name = ref(at);
      at += refBytes(at);
      sum += hash.pair(place, symbolHigh(name), symbolHigh(ref(at)));
      at += refBytes(at);
    }
    return hash.spelling(sum, place);
  }

  private long symbolHigh(int symbol) {
    if (high[symbol] == 0) {
      high[symbol] = hash.high(body, offset[symbol], length[symbol]);
    }
    return high[symbol];
  }

  /// Appends the labels of a series to the scratch buffer of the batch, in the form of 1.0; answers where they begin.
  int spell(int index) {
    int start = batch.scratchLength();
    int end = refsOffset[index] + refsLength[index];
    for (int at = refsOffset[index]; at < end;) {
      int name = ref(at);
      at += refBytes(at);
      int value = ref(at);
      at += refBytes(at);
      byte[] target = batch.scratch(LabelRegion.entryLength(length[name], length[value]));
      batch.scratchLength(
          LabelRegion.writeEntry(target, batch.scratchLength(), body, offset[name], length[name],
              offset[value], length[value]));
    }
    return start;
  }

  private int ref(int at) {
    return body[at] < 0 ? body[at] & 0x7F | body[at + 1] << 7 : body[at];
  }

  private int refBytes(int at) {
    return body[at] < 0 ? 2 : 1;
  }

  /// Bytes held by the columns.
  public long retainedBytes() {
    return (long) SYMBOL_BYTES * offset.length + (long) SERIES_BYTES * refsOffset.length;
  }
}

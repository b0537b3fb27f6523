package dev.marmoset.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.ingest.decode.IngestLimits.LabelLimits;
import dev.marmoset.ingest.wire.ExemplarReader;
import dev.marmoset.ingest.wire.HistogramReader;
import dev.marmoset.ingest.wire.MetadataReader;
import dev.marmoset.ingest.wire.WireFault;
import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.HistogramValidator;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;

/// Decodes a remote-write 2.0 message (`io.prometheus.write.v2.Request`) into a [WriteBatch] without allocating.
///
/// Two walks, because nothing obliges a sender to put the symbols before the series: the first one notes where the
/// symbols lie, the second one spells the labels of each series out into the batch's scratch buffer, in the form of
/// 1.0. With sorted references that is the canonical form, so one lookup serves both versions.
///
/// Start timestamps, also the deprecated field 6 of a series, are accepted and dropped. Faults of one series refuse
/// that series only. Confined to one thread at a time.
public final class WriteV2Decoder {
  /// Field of the symbols in a request.
  static final int SYMBOLS_FIELD = 4;
  /// Field of the series in a request.
  static final int TIMESERIES_FIELD = 5;

  private static final int SYMBOLS = SYMBOLS_FIELD << 3 | WireReader.BYTES;
  private static final int TIMESERIES = TIMESERIES_FIELD << 3 | WireReader.BYTES;
  private static final int REF_UNPACKED = 1 << 3 | WireReader.VARINT;
  private static final int REFS_PACKED = 1 << 3 | WireReader.BYTES;
  private static final int SAMPLES = 2 << 3 | WireReader.BYTES;
  private static final int HISTOGRAMS = 3 << 3 | WireReader.BYTES;
  private static final int EXEMPLARS = 4 << 3 | WireReader.BYTES;
  private static final int METADATA = 5 << 3 | WireReader.BYTES;
  private static final int SERIES_FIELDS = 5;
  private static final int VALUE = 1 << 3 | WireReader.FIXED64;
  private static final int TIMESTAMP = 2 << 3 | WireReader.VARINT;
  private static final int START_TIMESTAMP = 3 << 3 | WireReader.VARINT;
  private static final int SAMPLE_FIELDS = 3;
  /// Symbols of a request per sample it may carry: a bound on memory, far above what label sets need.
  private static final int SYMBOLS_PER_SAMPLE = 4;

  private static final int NONE = -1;
  private static final byte[] METRIC_NAME = Labels.METRIC_NAME.getBytes(UTF_8);

  private final WireReader in = new WireReader();
  private final ExemplarReader exemplars = new ExemplarReader(in);
  private final MetadataReader metadata = new MetadataReader(in);
  private final HistogramReader histograms = new HistogramReader(in);
  private final WriteBatch batch;
  private final int maxSamples;
  private final int maxLabels;
  private final int maxSetBytes;
  private final int maxExpandedBytes;
  private byte[] body = {};

  private int symbols;
  private int[] symbolOffset = new int[1024];
  private int[] symbolLength = new int[1024];
  private int refs;
  private int[] ref = new int[64];
  /// Where the labels of the series begin in the scratch buffer, and behind the last one.
  private int[] start = new int[32];
  private int previousPairs;
  private int[] previousRef = new int[64];
  private int[] previousStart = new int[32];
  private boolean badRef;
  /// What the last metadata that was kept says: the series of a family mostly follow each other.
  private int lastName = NONE;
  private int lastType;
  private int lastHelp;
  private int lastUnit;

  /// @param batch            what [#decode] fills
  /// @param maxSamples       samples, and series, that one request may carry
  /// @param maxExpandedBytes bytes that the label sets of a request may take when they are spelt out
  public WriteV2Decoder(WriteBatch batch, int maxSamples, LabelLimits labels, int maxExpandedBytes) {
    this.batch = batch;
    this.maxSamples = maxSamples;
    this.maxLabels = labels.maxLabels();
    this.maxSetBytes = labels.maxSetBytes();
    this.maxExpandedBytes = maxExpandedBytes;
  }

  /// Decodes a whole body into the batch, which it begins. After a fault the batch means nothing.
  public Decoded decode(byte[] source, int length) {
    body = source;
    batch.begin(source, true);
    lastName = NONE;
    in.reset(source, 0, length);
    symbols = 0;
    previousPairs = 0;
    boolean own = false;
    boolean foreign = false;
    int firstSeries = length;
    while (in.more()) {
      int start = in.offset();
      int number = topLevel();
      if (number == TIMESERIES_FIELD && start < firstSeries) {
        firstSeries = start;
      }
      own |= number == TIMESERIES_FIELD || number == SYMBOLS_FIELD;
      foreign |= number == 1 || number == 3;
    }
    allSeries(firstSeries, length);
    WireFault fault = in.fault();
    if (fault != null) {
      return new Decoded.Malformed(fault, in.offset());
    }
    return !own && foreign ? Decoded.OTHER_VERSION : Decoded.COMPLETE;
  }

  /// Bytes held by tables and buffers.
  public long retainedBytes() {
    return histograms.retainedBytes() + Integer.BYTES * (2L * symbolOffset.length + 3L * ref.length);
  }

  /// Reads a field in the first walk and returns its number.
  private int topLevel() {
    int tag = in.tag();
    switch (tag) {
      case SYMBOLS -> symbol();
      case TIMESERIES -> in.skipBytes();
      default -> {
        if (tag >>> 3 == SYMBOLS_FIELD || tag >>> 3 == TIMESERIES_FIELD) {
          in.fail(WireFault.WRONG_TYPE);
        } else {
          in.skip(tag);
        }
      }
    }
    return tag >>> 3;
  }

  private void symbol() {
    int length = in.length();
    if (symbols == symbolOffset.length) {
      if (symbols >= (long) SYMBOLS_PER_SAMPLE * maxSamples) {
        in.fail(WireFault.OVERSIZED);
        return;
      }
      symbolOffset = Arrays.copyOf(symbolOffset, symbols * 2);
      symbolLength = Arrays.copyOf(symbolLength, symbols * 2);
    }
    symbolOffset[symbols] = in.offset();
    symbolLength[symbols++] = length;
    in.advance(length);
  }

  private void allSeries(int from, int length) {
    if (in.failed()) {
      return;
    }
    in.reset(body, from, length - from);
    while (in.more()) {
      int tag = in.tag();
      if (tag == TIMESERIES) {
        series();
      } else {
        in.skip(tag);
      }
    }
  }

  private void series() {
    int outer = in.enter();
    refs = 0;
    badRef = false;
    metadata.begin();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case REFS_PACKED -> packedRefs();
        case REF_UNPACKED -> ref((int) in.varint());
        case SAMPLES -> sample();
        case HISTOGRAMS -> histogram();
        case EXEMPLARS -> exemplar();
        case METADATA -> metadata.readV2();
        default -> in.skipUnknown(tag, SERIES_FIELDS);
      }
    }
    in.leave(outer);
    badRef |= !metadata.inRange(symbols);
    endSeries();
  }

  private void packedRefs() {
    int outer = in.enter();
    if (refs == 0 && ref.length <= 2 * maxLabels) {
      refs = in.shortVarints(ref, symbols);
    }
    while (in.more()) {
      ref((int) in.varint());
    }
    in.leave(outer);
  }

  private void ref(int symbol) {
    if (Integer.compareUnsigned(symbol, symbols) >= 0) {
      badRef = true;
    } else if (refs <= 2 * maxLabels) {
      if (refs == ref.length) {
        ref = Arrays.copyOf(ref, refs * 2);
      }
      ref[refs++] = symbol;
    }
  }

  private void endSeries() {
    boolean empty = batch.openSamples() + batch.openHistograms() + batch.openExemplars() == 0;
    int name = nameSymbol();
    int region = batch.scratchLength();
    boolean fits = spellLabels();
    batch.endScratchSeries(region, batch.scratchLength() - region);
    if (badRef || ((refs & 1) != 0 && refs <= 2 * maxLabels)) {
      batch.refuseLast(RejectReason.BAD_SYMBOL_REF);
    } else if (refs > 2 * maxLabels) {
      batch.refuseLast(RejectReason.TOO_MANY_LABELS);
    } else if (!fits) {
      batch.refuseLast(RejectReason.LABELS_TOO_LONG);
    } else if (empty) {
      batch.refuseLast(RejectReason.NO_SAMPLES);
    } else if (metadata.saysAnything() && name != NONE) {
      metadata(name);
    }
    if (batch.scratchLength() > maxExpandedBytes || batch.series() > maxSamples) {
      in.fail(WireFault.OVERSIZED);
    } else if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
    }
  }

  /// Writes the labels behind the scratch buffer's end; stops and answers false at the limit of a label set.
  ///
  /// A series mostly repeats the labels of the one before it, at the same places: such runs are copied whole, which
  /// makes a series of ten labels three copies instead of twenty.
  private boolean spellLabels() {
    int pairs = refs / 2;
    if (pairs >= start.length) {
      start = Arrays.copyOf(start, 2 * pairs);
    }
    int limit = batch.scratchLength() + maxSetBytes;
    int pair = 0;
    boolean fits = true;
    while (pair < pairs && fits) {
      int run = repeated(pair, Math.min(pairs, previousPairs));
      if (run > 0) {
        copyRun(pair, run);
      } else {
        fits = spell(pair, limit);
      }
      pair += Math.max(run, 1);
      fits &= batch.scratchLength() <= limit;
    }
    start[pair] = batch.scratchLength();
    previousPairs = fits ? pairs : 0;
    int[] spelt = start;
    start = previousStart;
    previousStart = spelt;
    int[] read = ref;
    ref = previousRef;
    previousRef = read;
    return fits;
  }

  /// How many pairs from `from` on are the ones that the previous series has at the same places.
  private int repeated(int from, int to) {
    int pair = from;
    while (pair < to && ref[2 * pair] == previousRef[2 * pair]
        && ref[2 * pair + 1] == previousRef[2 * pair + 1]) {
      pair++;
    }
    return pair - from;
  }

  private void copyRun(int from, int run) {
    int source = previousStart[from];
    int length = previousStart[from + run] - source;
    int at = batch.scratchLength();
    byte[] scratch = batch.scratch(length);
    System.arraycopy(scratch, source, scratch, at, length);
    for (int i = from; i < from + run; i++) {
      start[i] = previousStart[i] - source + at;
    }
    batch.scratchLength(at + length);
  }

  private boolean spell(int pair, int limit) {
    int name = ref[2 * pair];
    int value = ref[2 * pair + 1];
    int at = batch.scratchLength();
    start[pair] = at;
    if ((long) symbolLength[name] + symbolLength[value] > limit - at) {
      return false;
    }
    int entry = LabelRegion.entryLength(symbolLength[name], symbolLength[value]);
    int end = LabelRegion.writeEntry(batch.scratch(entry), at, body, symbolOffset[name], symbolLength[name],
        symbolOffset[value], symbolLength[value]);
    batch.scratchLength(end);
    return true;
  }

  /// Symbol of the series' name, or [#NONE]. Asked for only where there is metadata.
  private int nameSymbol() {
    if (badRef || !metadata.saysAnything()) {
      return NONE;
    }
    for (int i = 0; i + 1 < refs; i += 2) {
      int at = symbolOffset[ref[i]];
      if (Arrays.equals(body, at, at + symbolLength[ref[i]], METRIC_NAME, 0, METRIC_NAME.length)) {
        return ref[i + 1];
      }
    }
    return NONE;
  }

  private void metadata(int name) {
    if (name == lastName && metadata.type() == lastType && metadata.helpRef() == lastHelp
        && metadata.unitRef() == lastUnit) {
      return;
    }
    lastName = name;
    lastType = metadata.type();
    lastHelp = metadata.helpRef();
    lastUnit = metadata.unitRef();
    metadata.resolve(body, name, symbolOffset, symbolLength);
    batch.addMetadata(metadata.metadata(body));
  }

  private void exemplar() {
    exemplars.readV2(body, symbols, symbolOffset, symbolLength);
    if (in.failed()) {
      return;
    }
    if (batch.exemplars().size() >= maxSamples) {
      in.fail(WireFault.OVERSIZED);
    } else if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
    } else {
      batch.addExemplar(new ExemplarColumn.Row(exemplars.time(), exemplars.valueBits(), exemplars.labels(),
          exemplars.fault()));
    }
  }

  private void histogram() {
    HistogramSample sample = histograms.read(batch.histogramCellsLeft(maxSamples));
    if (in.failed()) {
      return;
    }
    if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
      return;
    }
    batch.addHistogram(histograms.timestamp(), HistogramValidator.validate(sample), histograms.cells());
  }

  private void sample() {
    int outer = in.enter();
    long bits = 0;
    long t = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case VALUE -> bits = in.fixed64();
        case TIMESTAMP -> t = in.varint();
        case START_TIMESTAMP -> in.varint();
        default -> in.skipUnknown(tag, SAMPLE_FIELDS);
      }
    }
    in.leave(outer);
    if (batch.samples() >= maxSamples) {
      in.fail(WireFault.OVERSIZED);
    } else if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
    } else {
      batch.addSample(t, bits);
    }
  }
}

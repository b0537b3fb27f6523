package dev.marmoset.ingest.decode;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.HistogramVerdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The series and samples of one request, and what stands beside them, in columns: what a decoder writes and the
/// [dev.marmoset.ingest.verdict.Ingester] reads.
///
/// A series is a region of label bytes, which lies in the request body as it came or in the batch's scratch buffer,
/// and a run of samples. Its index is its position in the request. Reused from request to request, so in a steady
/// state nothing is allocated; confined to one thread at a time.
public final class WriteBatch {
  private static final int FIRST_SERIES = 512;
  private static final int FIRST_SAMPLES = 2048;
  /// What an entry of metadata costs without its texts.
  private static final int METADATA_BYTES = 200;
  private static final int FIRST_SCRATCH = 4096;
  private static final long BYTES_PER_SERIES = 5L * Integer.BYTES + 3L * Long.BYTES;

  private final ByteBudget budget;
  private long paid;
  private boolean starved;

  private byte[] body = {};
  private byte[] scratch = new byte[FIRST_SCRATCH];
  private int scratchLength;

  private int series;
  /// Offset in the body, or `~offset` in the scratch buffer.
  private int[] regionOffset = new int[FIRST_SERIES];
  private int[] regionLength = new int[FIRST_SERIES];
  private int[] sampleEnd = new int[FIRST_SERIES];
  private @Nullable RejectReason[] fault = new RejectReason[FIRST_SERIES];
  private long[] refs = new long[FIRST_SERIES];
  private long[] hashes = new long[FIRST_SERIES];
  private boolean conjecture;
  private @Nullable Spellings spellings;

  private int samples;
  private long[] times = new long[FIRST_SAMPLES];
  private long[] valueBits = new long[FIRST_SAMPLES];

  private final HistogramColumn histograms = new HistogramColumn();
  private int[] histogramEnd = new int[FIRST_SERIES];

  private final ExemplarColumn exemplars = new ExemplarColumn();
  private int[] exemplarEnd = new int[FIRST_SERIES];
  private boolean exemplarsBind;

  private final ArrayList<MetricMetadata> metadata = new ArrayList<>();
  private int droppedMetadata;

  /// A batch whose columns grow at the cost of `budget`, which [#release] pays back.
  public WriteBatch(ByteBudget budget) {
    this.budget = budget;
  }

  /// Pays back what the last request has made the columns grow. Their content stays until the next [#begin].
  public void release() {
    budget.give(paid);
    paid = 0;
  }

  /// Whether the budget had no room for the columns of this request. They are complete all the same, but the decoder
  /// must give up before they grow again.
  public boolean starved() {
    return starved;
  }

  /// Pays for memory that the request needs, its own or what is kept beside it; see [#starved].
  void pay(long bytes) {
    if (budget.tryTake(bytes)) {
      paid += bytes;
    } else {
      starved = true;
    }
  }

  /// Forgets the last request; regions of the next one lie in `newBody`, which the batch borrows.
  ///
  /// @param exemplarsDecide whether a refused exemplar, or a series that has nothing but exemplars, makes the answer 400
  void begin(byte[] newBody, boolean exemplarsDecide) {
    exemplarsBind = exemplarsDecide;
    conjecture = false;
    spellings = null;
    Arrays.fill(fault, 0, series, null);
    body = newBody;
    starved = false;
    scratchLength = 0;
    series = 0;
    samples = 0;
    histograms.clear();
    exemplars.clear();
    metadata.clear();
    droppedMetadata = 0;
  }

  /// Forgets the last request; the next one is a guess, which holds if all its series are known.
  ///
  /// @param newSpellings of the series, one each, if they are spelt in symbols
  void beginConjecture(byte[] newBody, @Nullable Spellings newSpellings) {
    begin(newBody, newSpellings != null);
    conjecture = true;
    spellings = newSpellings;
  }

  /// How the series are spelt in symbols, if they are and it is known.
  @Nullable
  public Spellings spellings() {
    return spellings;
  }

  /// States how the series are spelt in symbols, one for one.
  public void spellings(Spellings ofTheSeries) {
    spellings = ofTheSeries;
  }

  /// Makes [#region] tell the labels of a series also in a conjecture about symbols.
  public void spellOut(int index) {
    if (conjecture && spellings != null && regionOffset[index] >= 0) {
      int start = spellings.spell(index);
      regionOffset[index] = ~start;
      regionLength[index] = scratchLength - start;
    }
  }

  /// Whether it is only guessed where the labels lie.
  public boolean isConjecture() {
    return conjecture;
  }

  /// Adds a series that has one sample and nothing else.
  ///
  /// @param offset where its labels are guessed to lie in the body, or their references
  /// @param hash   low word of the hash of the labels, where they are not spelt in symbols
  /// @return false when the budget had no room for it
  boolean addConjecture(int offset, int length, long hash, long t, long bits) {
    addSample(t, bits);
    endSeries(offset, length);
    hashes[series - 1] = hash;
    return !starved;
  }

  /// Adds a sample to the series that [#endSeries] or [#endScratchSeries] will close.
  void addSample(long t, long bits) {
    if (samples == times.length) {
      growSamples();
    }
    times[samples] = t;
    valueBits[samples++] = bits;
  }

  /// Samples added since the last series was closed.
  int openSamples() {
    return samples - (series == 0 ? 0 : sampleEnd[series - 1]);
  }

  /// Adds a histogram to the series that is closed next.
  ///
  /// @param cells numbers in its spans, buckets and bounds
  void addHistogram(long t, HistogramVerdict verdict, int cells) {
    pay((long) Long.BYTES * histograms.add(t, verdict, cells));
  }

  /// Histograms added since the last series was closed.
  int openHistograms() {
    return histograms.size() - (series == 0 ? 0 : histogramEnd[series - 1]);
  }

  /// Numbers that another histogram may have in a request of at most `maxSamples` samples; negative when there is no
  /// room for one.
  int histogramCellsLeft(int maxSamples) {
    return histograms.cellsLeft(maxSamples);
  }

  /// Adds an exemplar to the series that is closed next.
  void addExemplar(ExemplarColumn.Row row) {
    pay(exemplars.add(row));
  }

  /// Exemplars added since the last series was closed.
  int openExemplars() {
    return exemplars.size() - (series == 0 ? 0 : exemplarEnd[series - 1]);
  }

  /// Adds metadata; null stands for some that cannot be kept.
  void addMetadata(@Nullable MetricMetadata entry) {
    if (entry == null) {
      droppedMetadata++;
    } else {
      pay(METADATA_BYTES + entry.family().length() + entry.help().length() + (long) entry.unit().length());
      metadata.add(entry);
    }
  }

  /// Closes a series whose label bytes lie in the body.
  void endSeries(int offset, int length) {
    close(offset, length);
  }

  /// Closes a series whose label bytes lie in the scratch buffer.
  void endScratchSeries(int offset, int length) {
    close(~offset, length);
  }

  /// Marks the series closed last as refused whatever its samples are.
  void refuseLast(RejectReason reason) {
    fault[series - 1] = reason;
  }

  private void close(int codedOffset, int length) {
    if (series == regionOffset.length) {
      growSeries();
    }
    regionOffset[series] = codedOffset;
    regionLength[series] = length;
    histogramEnd[series] = histograms.size();
    exemplarEnd[series] = exemplars.size();
    sampleEnd[series++] = samples;
  }

  /// Makes room for `length` more bytes in the scratch buffer and returns it; [#scratchLength] tells where they go.
  byte[] scratch(int length) {
    int needed = Math.addExact(scratchLength, length);
    if (needed > scratch.length) {
      int size = Math.max(needed, scratch.length * 2);
      pay(size - scratch.length);
      scratch = Arrays.copyOf(scratch, size);
    }
    return scratch;
  }

  /// Bytes in use of the scratch buffer.
  int scratchLength() {
    return scratchLength;
  }

  /// Declares the scratch buffer used up to `length`.
  void scratchLength(int length) {
    scratchLength = length;
  }

  /// Appends bytes to the scratch buffer and returns where they begin.
  int appendScratch(byte[] source, int offset, int length) {
    int start = scratchLength;
    System.arraycopy(source, offset, scratch(length), start, length);
    scratchLength += length;
    return start;
  }

  /// Replaces the label bytes of a series by a copy of other bytes.
  public void replaceRegion(int index, byte[] source, int length) {
    regionOffset[index] = ~appendScratch(source, 0, length);
    regionLength[index] = length;
  }

  /// Refuses a series whatever its samples are.
  public void refuse(int index, RejectReason reason) {
    fault[index] = reason;
  }

  /// Series of the request so far.
  public int series() {
    return series;
  }

  /// Float samples of the request so far.
  public int samples() {
    return samples;
  }

  /// The exemplars of the request.
  public ExemplarColumn exemplars() {
    return exemplars;
  }

  /// Whether a refused exemplar, or a series that has nothing but exemplars, makes the answer 400.
  public boolean exemplarsBind() {
    return exemplarsBind;
  }

  /// The metadata of the request, in the order of arrival; not to be modified.
  public List<MetricMetadata> metadata() {
    return metadata;
  }

  /// Entries of metadata that cannot be kept.
  public int droppedMetadata() {
    return droppedMetadata;
  }

  /// Array that holds the label bytes of a series.
  public byte[] region(int index) {
    return regionOffset[index] >= 0 ? body : scratch;
  }

  /// Where the label bytes of a series begin in its [#region].
  public int regionOffset(int index) {
    int coded = regionOffset[index];
    return coded >= 0 ? coded : ~coded;
  }

  /// Length of the label bytes of a series.
  public int regionLength(int index) {
    return regionLength[index];
  }

  /// Index of the first sample of a series.
  public int sampleStart(int index) {
    return index == 0 ? 0 : sampleEnd[index - 1];
  }

  /// Index behind the last sample of a series.
  public int sampleEnd(int index) {
    return sampleEnd[index];
  }

  /// The histograms of the request.
  public HistogramColumn histograms() {
    return histograms;
  }

  /// Index of the first histogram of a series.
  public int histogramStart(int index) {
    return index == 0 ? 0 : histogramEnd[index - 1];
  }

  /// Index behind the last histogram of a series.
  public int histogramEnd(int index) {
    return histogramEnd[index];
  }

  /// Index of the first exemplar of a series.
  public int exemplarStart(int index) {
    return index == 0 ? 0 : exemplarEnd[index - 1];
  }

  /// Index behind the last exemplar of a series.
  public int exemplarEnd(int index) {
    return exemplarEnd[index];
  }

  /// Floats and histograms of a series.
  public int sampleCount(int index) {
    return sampleEnd[index] - sampleStart(index) + histogramEnd[index] - histogramStart(index);
  }

  /// Why the whole series is refused, or null.
  @Nullable
  public RejectReason fault(int index) {
    return fault[index];
  }

  /// Low word of the hash of the label bytes; known of a conjecture only.
  public long hash(int index) {
    return hashes[index];
  }

  /// Where the storage knows the series, or what the appender said instead of it.
  public long ref(int index) {
    return refs[index];
  }

  /// Sets what [#ref(int)] gives.
  public void ref(int index, long ref) {
    refs[index] = ref;
  }

  /// Sample time, ms since the epoch.
  public long time(int sample) {
    return times[sample];
  }

  /// Raw bits of the sample's value.
  public long valueBits(int sample) {
    return valueBits[sample];
  }

  /// Bytes held by the columns and the scratch buffer; a pool lets go of a batch that has grown too large.
  public long retainedBytes() {
    return histograms.retainedBytes() + exemplars.retainedBytes() + scratch.length
        + BYTES_PER_SERIES * regionOffset.length
        + 2L * Long.BYTES * times.length;
  }

  private void growSamples() {
    pay(2L * Long.BYTES * times.length);
    times = Arrays.copyOf(times, times.length * 2);
    valueBits = Arrays.copyOf(valueBits, times.length);
  }

  private void growSeries() {
    pay(BYTES_PER_SERIES * regionOffset.length);
    int size = regionOffset.length * 2;
    regionOffset = Arrays.copyOf(regionOffset, size);
    regionLength = Arrays.copyOf(regionLength, size);
    sampleEnd = Arrays.copyOf(sampleEnd, size);
    histogramEnd = Arrays.copyOf(histogramEnd, size);
    exemplarEnd = Arrays.copyOf(exemplarEnd, size);
    fault = Arrays.copyOf(fault, size);
    refs = Arrays.copyOf(refs, size);
    hashes = Arrays.copyOf(hashes, size);
  }
}

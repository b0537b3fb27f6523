package dev.marmoset.storage.log.record;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.io.ByteWriter;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.column.FloatEncoder;
import dev.marmoset.storage.log.column.GroupColumns;
import dev.marmoset.storage.log.column.HistogramCodec;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.SeriesLabels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;

/// Turns batches into the records of one segment after the other. Confined to the log thread.
///
/// Whatever has been encoded counts as written: when the bytes could not be written, the segment must be given up.
public final class SegmentEncoder implements AutoCloseable {
  /// Definitions above this go into a record of their own, deflated: 21 → 3.3 B per series (measured).
  private static final int INLINE_DEFINITIONS = 4 << 10;
  /// Definitions are written out at this size, so that no record comes near its bounds.
  private static final int MAX_DEFINITIONS = 1 << 20;
  /// Metric families of which the segment remembers what it says.
  private static final int MAX_FAMILIES = 1 << 16;
  /// Lists of exemplars and metadata go on in another record at this size.
  private static final int MAX_LIST = 4 << 20;
  /// Samples of one record: at most 26 B each in the worst case, 6.5 MiB of the 16.
  private static final int MAX_SAMPLES = 256 << 10;

  private final String version;
  private final RecordWriter record;
  private final SegmentSeries series;
  private final FloatEncoder floats = new FloatEncoder();
  private final GroupColumns columns = new GroupColumns();
  private final TouchedWindows touched = new TouchedWindows();
  /// What the segment says of metric families; forgotten at [#MAX_FAMILIES], after which families are written again.
  private final Map<String, MetricMetadata> metadata = new HashMap<>();
  private final ByteWriter section = new ByteWriter(256 << 10);
  private final ByteWriter elements = new ByteWriter(4 << 10);
  private int elementCount;
  private long window;
  private long floor;
  private long definitionBytes;

  /// Encodes the segments of one log, one after the other. `version` is that of the program and stands in each of them.
  public SegmentEncoder(Ulid incarnation, String version, SeriesLabels labels) {
    this.version = version;
    this.record = new RecordWriter(incarnation);
    this.series = new SegmentSeries(labels);
  }

  /// What a segment or seal says about itself and the segment before it.
  ///
  /// @param incarnation of the log
  /// @param number      of the segment
  /// @param nonce       makes the content unlike anybody else's
  /// @param wallMillis  wall clock at its creation
  /// @param previous    empty in segment 1
  public record Identity(Ulid incarnation, long number, long nonce, long wallMillis,
      Optional<Previous> previous) {}

  /// How the segment before ended.
  ///
  /// @param end    its valid length in bytes
  /// @param reason one of `LogFormat.REASON_…`
  /// @param actor  who says so
  public record Previous(long end, int reason, Ulid actor) {}

  /// States that these head ids mean no series any more.
  public void forget(int[] ids) {
    series.forget(ids);
  }

  /// The promise that goes into every record, [LogFormat] ACCEPT.
  public void accept(long acceptanceWindow, long newFloor) {
    window = acceptanceWindow;
    floor = newFloor;
  }

  /// Encodes the beginning of an ordinary segment and begins anew with it.
  public byte[] open(Identity identity) {
    clear();
    startWith(LogFormat.OPEN, identity);
    acceptSection();
    record.end();
    return record.out().toByteArray();
  }

  /// Encodes the only content of a seal segment. The encoder is of no use for the log afterwards.
  public byte[] seal(Identity identity) {
    startWith(LogFormat.SEAL, identity);
    record.end();
    return record.out().toByteArray();
  }

  private void startWith(int type, Identity identity) {
    record.startSegment(identity.number());
    record.begin(type);
    section.clear();
    bytes(identity.incarnation().toBytes());
    section.uvarint(identity.number());
    section.u64(identity.nonce());
    section.zigzag(identity.wallMillis());
    section.string(version);
    record.section(LogFormat.IDENTITY, section);
    identity.previous().ifPresent(previous -> {
      section.clear();
      section.uvarint(previous.end());
      section.u8(previous.reason());
      bytes(previous.actor().toBytes());
      record.section(LogFormat.PREVIOUS, section);
    });
  }

  private void bytes(byte[] source) {
    section.bytes(source, 0, source.length);
  }

  private void clear() {
    series.clear();
    floats.clear();
    touched.clear();
    metadata.clear();
    definitionBytes = 0;
  }

  /// Bytes of definition records in this segment.
  public long definitionBytes() {
    return definitionBytes;
  }

  /// The framed records since [#startCommit].
  public RecordWriter records() {
    return record;
  }

  /// Begins the records of one commit, which will lie at `offset` of the file.
  public void startCommit(long offset) {
    record.startCommit(offset);
    touched.startCommit();
  }

  /// The commit is durable; the segment ends at `offset` now.
  public void committed(long offset) {
    touched.committed(offset);
  }

  /// The windows of what is durable in the segment, with where the last commit of each ends, bytes.
  public NavigableMap<Long, Long> touchedWindows() {
    return touched.ends();
  }

  /// The windows of the last commit.
  public Set<Long> committedWindows() {
    return touched.committing();
  }

  /// Encodes the batches of one commit, followed by what the replicas tell each other, if anything.
  public void group(List<LogBatch> batches, List<LogNote> notes, Optional<LogState> state) {
    columns.clear();
    for (LogBatch batch : batches) {
      addColumns(batch);
    }
    columns.order();
    boolean described = describe(batches);
    flushDefinitions(INLINE_DEFINITIONS);
    beginGroup();
    int first = Math.min(columns.size(), MAX_SAMPLES);
    floats(0, first);
    for (int from = first; from < columns.size(); from += MAX_SAMPLES) {
      record.end();
      beginGroup();
      floats(from, Math.min(columns.size(), from + MAX_SAMPLES));
    }
    if (described) {
      histograms(batches);
      exemplars(batches);
      metadata(batches);
    }
    told(notes, state);
    record.end();
  }

  /// Encodes a sign of life.
  public void beat(List<LogNote> notes, Optional<LogState> state) {
    record.begin(LogFormat.BEAT);
    acceptSection();
    told(notes, state);
    record.end();
  }

  /// Encodes the end of the segment.
  public void finish() {
    record.begin(LogFormat.END);
    section.clear();
    touched.write(section);
    record.section(LogFormat.TOUCHED, section);
    record.end();
  }

  private void addColumns(LogBatch batch) {
    int first = columns.size();
    columns.add(batch);
    int[] numbers = columns.numbers;
    for (int i = 0; i < batch.size(); i++) {
      int number = series.find(batch.series(i));
      numbers[first + i] = number >= 0 ? number : define(batch.series(i));
    }
    touched.add(columns.times, first, columns.size());
  }

  private int define(int id) {
    int number = series.number(id);
    flushDefinitions(MAX_DEFINITIONS);
    return number;
  }

  /// Defines what histograms and exemplars refer to; whether there is anything but samples.
  private boolean describe(List<LogBatch> batches) {
    boolean any = false;
    for (LogBatch batch : batches) {
      for (LogBatch.HistogramRow row : batch.histograms()) {
        any |= series.number(row.series()) >= 0;
        touched.add(row.t());
        flushDefinitions(MAX_DEFINITIONS);
      }
      for (LogBatch.Exemplar exemplar : batch.exemplars()) {
        any |= series.number(exemplar.series()) >= 0;
        for (int i = 0; i < exemplar.labels().size(); i++) {
          any |= series.symbol(exemplar.labels().nameBytes(i)) >= 0;
        }
        flushDefinitions(MAX_DEFINITIONS);
      }
      any |= !batch.metadata().isEmpty();
    }
    return any;
  }

  private void flushDefinitions(int above) {
    if (series.pendingBytes() > above) {
      int before = record.size();
      record.begin(LogFormat.GROUP);
      acceptSection();
      series.writePending(record);
      record.endDeflated();
      definitionBytes += record.size() - before;
    }
  }

  private void beginGroup() {
    record.begin(LogFormat.GROUP);
    acceptSection();
    definitionBytes += series.pendingBytes();
    series.writePending(record);
    floats.reserve(series.size());
  }

  private void acceptSection() {
    section.clear();
    section.uvarint(window);
    section.zigzag(floor);
    record.section(LogFormat.ACCEPT, section);
  }

  private void floats(int from, int to) {
    if (to > from) {
      section.clear();
      floats.encode(section, columns, from, to, floor);
      record.section(LogFormat.FLOATS, section);
    }
  }

  private void histograms(List<LogBatch> batches) {
    int number = 0;
    long t = floor;
    for (LogBatch batch : batches) {
      for (LogBatch.HistogramRow row : batch.histograms()) {
        if (elementCount == 0) {
          number = 0;
          t = floor;
        }
        int next = series.number(row.series());
        elements.zigzag(next - (long) number);
        elements.zigzag(row.t() - t);
        section.clear();
        HistogramCodec.write(section, row.sample());
        elements.uvarint(section.size());
        elements.bytes(section);
        number = next;
        t = row.t();
        elementEnd(LogFormat.HISTOGRAMS);
      }
    }
    list(LogFormat.HISTOGRAMS);
  }

  private void exemplars(List<LogBatch> batches) {
    int number = 0;
    long t = floor;
    for (LogBatch batch : batches) {
      for (LogBatch.Exemplar exemplar : batch.exemplars()) {
        if (elementCount == 0) {
          number = 0;
          t = floor;
        }
        int next = series.number(exemplar.series());
        elements.zigzag(next - (long) number);
        elements.zigzag(exemplar.t() - t);
        elements.u64(exemplar.valueBits());
        exemplarLabels(exemplar);
        number = next;
        t = exemplar.t();
        elementEnd(LogFormat.EXEMPLARS);
      }
    }
    list(LogFormat.EXEMPLARS);
  }

  private void exemplarLabels(LogBatch.Exemplar exemplar) {
    elements.uvarint(exemplar.labels().size());
    for (int i = 0; i < exemplar.labels().size(); i++) {
      elements.uvarint(series.symbol(exemplar.labels().nameBytes(i)));
      byte[] value = exemplar.labels().valueBytes(i);
      int symbol = series.findSymbol(value);
      if (symbol >= 0) {
        elements.uvarint((long) symbol << 1);
      } else {
        elements.uvarint((long) value.length << 1 | 1);
        elements.bytes(value, 0, value.length);
      }
    }
  }

  private void metadata(List<LogBatch> batches) {
    for (LogBatch batch : batches) {
      for (MetricMetadata entry : batch.metadata()) {
        if (metadata.size() == MAX_FAMILIES) {
          metadata.clear();
        }
        if (!entry.equals(metadata.put(entry.family(), entry))) {
          elements.string(entry.family());
          elements.u8(entry.type());
          elements.string(entry.help());
          elements.string(entry.unit());
          elementEnd(LogFormat.METADATA);
        }
      }
    }
    list(LogFormat.METADATA);
  }

  private void elementEnd(int section) {
    elementCount++;
    if (elements.size() > MAX_LIST) {
      list(section);
      record.end();
      beginGroup();
    }
  }

  /// Adds the elements collected so far as a section.
  private void list(int id) {
    if (elementCount > 0) {
      section.clear();
      section.uvarint(elementCount);
      section.bytes(elements);
      record.section(id, section);
      elements.clear();
      elementCount = 0;
    }
  }

  private void told(List<LogNote> notes, Optional<LogState> state) {
    for (LogNote note : notes) {
      section.clear();
      section.zigzag(note.windowStart());
      section.uvarint(note.registerNumber());
      record.section(LogFormat.NOTE, section);
    }
    state.ifPresent(this::stateSection);
  }

  private void stateSection(LogState state) {
    section.clear();
    section.u8((state.ready() ? LogFormat.STATE_READY : 0) | (state.leaving() ? LogFormat.STATE_LEAVING : 0));
    section.uvarint(state.secondsReady());
    section.uvarint(state.consumed().size());
    for (LogPosition position : state.consumed()) {
      bytes(position.incarnation().toBytes());
      section.uvarint(position.segment());
      section.uvarint(position.offset());
    }
    record.section(LogFormat.STATE, section);
  }

  @Override
  public void close() {
    record.close();
    series.close();
    section.close();
    elements.close();
  }
}

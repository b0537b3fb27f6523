package dev.marmoset.ingest;

import dev.marmoset.ingest.body.BodyLimits;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.xerial.snappy.Snappy;

/// What does a sample of remote write cost before the head: decoding by hand against the generated parser, with and
/// without looking the series up, 2,000 samples a request, 10 labels a series, known series, sorted labels?
///
/// The lookup is a plain hash table over the label bytes; the head's own table is another bench.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(RemoteWriteDecodeBenchmark.SAMPLES)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RemoteWriteDecodeBenchmark {
  static final int SAMPLES = 2000;

  /// A Prometheus server sends mostly one sample of a series, after a pause more.
  @Param({"1", "4"})
  private int samplesPerSeries;

  private byte[] v1 = {};
  private byte[] v2 = {};
  private byte[] v1Snappy = {};
  private byte[] v2Snappy = {};
  private final IngestLimits limits = IngestLimits.defaults();
  private final WriteBatch batch = new WriteBatch(new ByteBudget(1L << 30));
  private final WriteStats stats = new WriteStats();
  private final WriteV1Decoder v1Decoder = new WriteV1Decoder(batch, limits.maxSamples());
  private final WriteV2Decoder v2Decoder =
      new WriteV2Decoder(batch, limits.maxSamples(), limits.labels(), 64 << 20);
  private final KnownSeries storage = new KnownSeries();
  private final Ingester ingester =
      new Ingester(storage, new LabelValidator(limits.labels(), "marmoset_replica"));
  private final RequestBody body = new RequestBody(BodyLimits.defaults(), new ByteBudget(1L << 30));
  private final HashMap<String, Integer> byText = new HashMap<>();

  @Setup
  public void encode() {
    WriteRequest message = v1Message();
    v1 = message.toByteArray();
    v2 = v2Message(message).toByteArray();
    v1Snappy = compressed(v1);
    v2Snappy = compressed(v2);
  }

  @Benchmark
  public Object handV1() {
    return v1Decoder.decode(v1, v1.length);
  }

  @Benchmark
  public Object handV1AndLookup() {
    v1Decoder.decode(v1, v1.length);
    return ingester.ingest(batch, stats, SeriesGate.OPEN);
  }

  @Benchmark
  public Object snappyHandV1AndLookup() {
    body.read(new ByteArrayInputStream(v1Snappy), v1Snappy.length, true);
    v1Decoder.decode(body.bytes(), body.length());
    return ingester.ingest(batch, stats, SeriesGate.OPEN);
  }

  @Benchmark
  public Object handV2() {
    return v2Decoder.decode(v2, v2.length);
  }

  @Benchmark
  public Object snappyHandV2AndLookup() {
    body.read(new ByteArrayInputStream(v2Snappy), v2Snappy.length, true);
    v2Decoder.decode(body.bytes(), body.length());
    return ingester.ingest(batch, stats, SeriesGate.OPEN);
  }

  @Benchmark
  public Object generatedV1() throws IOException {
    return WriteRequest.parseFrom(v1);
  }

  @Benchmark
  public long generatedV1AndLookup() throws IOException {
    long sum = 0;
    for (TimeSeries series : WriteRequest.parseFrom(v1).getTimeseriesList()) {
      var key = new StringBuilder();
      for (Label label : series.getLabelsList()) {
        key.append(label.getName()).append('\0').append(label.getValue()).append('\0');
      }
      int ref = byText.computeIfAbsent(key.toString(), _ -> byText.size());
      for (Sample sample : series.getSamplesList()) {
        sum += ref + sample.getTimestamp() + Double.doubleToRawLongBits(sample.getValue());
      }
    }
    return sum;
  }

  private WriteRequest v1Message() {
    var request = WriteRequest.newBuilder();
    for (int i = 0; i < SAMPLES / samplesPerSeries; i++) {
      var series = TimeSeries.newBuilder();
      String[] labels = {"__name__", "node_cpu_seconds_total", "cluster", "eu-west-1-production", "cpu",
        Integer.toString(i), "environment", "production", "instance", "10.23.45.67:9100", "job",
        "node-exporter",
        "mode", "iowait", "region", "eu-west-1", "team", "platform", "zone", "eu-west-1a"};
      for (int j = 0; j < labels.length; j += 2) {
        series.addLabels(Label.newBuilder().setName(labels[j]).setValue(labels[j + 1]));
      }
      for (int j = 0; j < samplesPerSeries; j++) {
        series.addSamples(
            Sample.newBuilder().setTimestamp(1_700_000_000_000L + 15_000L * j).setValue(12345.67 * i + j));
      }
      request.addTimeseries(series);
    }
    return request.build();
  }

  private static Request v2Message(WriteRequest v1) {
    var symbols = new ArrayList<>(List.of(""));
    var positions = new HashMap<String, Integer>();
    var request = Request.newBuilder();
    for (TimeSeries series : v1.getTimeseriesList()) {
      var message = dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder();
      for (Label label : series.getLabelsList()) {
        for (String text : List.of(label.getName(), label.getValue())) {
          message.addLabelsRefs(positions.computeIfAbsent(text, added -> {
            symbols.add(added);
            return symbols.size() - 1;
          }));
        }
      }
      series.getSamplesList()
          .forEach(sample -> message.addSamples(dev.marmoset.proto.prometheus.writev2.Sample
              .newBuilder().setTimestamp(sample.getTimestamp()).setValue(sample.getValue())));
      request.addTimeseries(message);
    }
    return request.addAllSymbols(symbols).build();
  }

  private static byte[] compressed(byte[] raw) {
    try {
      return Snappy.compress(raw);
    } catch (IOException e) {
      throw new IllegalStateException("compressing the body of the bench", e);
    }
  }

  /// Finds series by their bytes and forgets samples.
  private static final class KnownSeries implements Storage, Appender {
    private static final int SLOTS = 1 << 14;
    private static final CompletableFuture<CommitOutcome> DURABLE = CompletableFuture
        .completedFuture(CommitOutcome.Durable.INSTANCE);
    private static final VarHandle LONG = MethodHandles
        .byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final LabelHash hash = new LabelHash(new SplittableRandom(1));
    private final byte[][] regions = new byte[SLOTS][];
    private final long[] spelt = new long[SLOTS];
    private final long[] speltRefs = new long[SLOTS];
    private long checksum;

    @Override
    public Appender appender() {
      return this;
    }

    @Override
    public LabelHash labelHash() {
      return hash;
    }

    @Override
    public Querier querier(TimeRange range) {
      throw new UnsupportedOperationException("this store forgets samples");
    }

    @Override
    public long oldestTime() {
      return Long.MAX_VALUE;
    }

    @Override
    public long minTime() {
      return 0;
    }

    @Override
    public long maxTime() {
      return Long.MAX_VALUE;
    }

    @Override
    public long find(byte[] region, int offset, int length) {
      int slot = slot(region, offset, length);
      return regions[slot] == null ? UNKNOWN : slot;
    }

    @Override
    public long find(long lowHash, byte[] region, int offset, int length) {
      return find(region, offset, length);
    }

    @Override
    public boolean isSpelt(long ref, long low) {
      return findSpelling(0, low) == ref;
    }

    @Override
    public long findSpelling(long high, long low) {
      int slot = (int) (low >>> 40) & (SLOTS - 1);
      while (spelt[slot] != low && spelt[slot] != 0) {
        slot = (slot + 1) & (SLOTS - 1);
      }
      return spelt[slot] == low ? speltRefs[slot] : UNKNOWN;
    }

    @Override
    public void noteSpelling(long ref, long high, long low) {
      int slot = (int) (low >>> 40) & (SLOTS - 1);
      while (spelt[slot] != low && spelt[slot] != 0) {
        slot = (slot + 1) & (SLOTS - 1);
      }
      spelt[slot] = low;
      speltRefs[slot] = ref;
    }

    @Override
    public long create(byte[] region, int offset, int length) {
      int slot = slot(region, offset, length);
      regions[slot] = Arrays.copyOfRange(region, offset, offset + length);
      return slot;
    }

    private int slot(byte[] region, int offset, int length) {
      int slot = (int) (hash(region, offset, length) >>> 40) & (SLOTS - 1);
      byte[] held = regions[slot];
      while (held != null && !Arrays.equals(held, 0, held.length, region, offset, offset + length)) {
        slot = (slot + 1) & (SLOTS - 1);
        held = regions[slot];
      }
      return slot;
    }

    /// Two multiplications for 16 bytes, as the head does it.
    private static long hash(byte[] region, int offset, int length) {
      long a = 0x9E3779B97F4A7C15L ^ length;
      int at = offset;
      int end = offset + length;
      for (; at + 16 <= end; at += 16) {
        long x = (long) LONG.get(region, at) ^ a;
        long y = (long) LONG.get(region, at + 8) ^ 0xBF58476D1CE4E5B9L;
        a = x * y ^ Math.unsignedMultiplyHigh(x, y);
      }
      long tail = 0;
      for (; at < end; at++) {
        tail = tail * 31 + region[at];
      }
      a ^= tail;
      return a * 0x94D049BB133111EBL ^ Math.unsignedMultiplyHigh(a, 0x94D049BB133111EBL);
    }

    @Override
    public long newestTime(long ref) {
      return Long.MIN_VALUE;
    }

    @Override
    public AppendResult append(long ref, long t, long valueBits) {
      checksum += ref + t ^ valueBits;
      return AppendResult.ACCEPTED;
    }

    @Override
    public AppendResult appendHistogram(long ref, long t, HistogramSample sample) {
      checksum += ref + t;
      return AppendResult.ACCEPTED;
    }

    @Override
    public AppendResult appendExemplar(long ref, long t, long valueBits, Labels labels) {
      checksum += ref + t + labels.size();
      return AppendResult.ACCEPTED;
    }

    @Override
    public void appendMetadata(MetricMetadata metadata) {
      checksum += metadata.type();
    }

    @Override
    public CompletableFuture<CommitOutcome> commit() {
      return DURABLE;
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }
}

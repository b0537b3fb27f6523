package dev.marmoset.ingest;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.decode.WriteV1Decoder;
import dev.marmoset.ingest.decode.WriteV2Decoder;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

/// What does a sample of remote write cost before it is judged: decoding by hand against the generated parser, 2,000
/// samples a request, 10 labels a series, sorted labels? What follows is measured by [EngineBenchmark] with the real
/// head.
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
  private final IngestLimits limits = IngestLimits.defaults();
  private final WriteBatch batch = new WriteBatch(new ByteBudget(1L << 30));
  private final WriteV1Decoder v1Decoder = new WriteV1Decoder(batch, limits.maxSamples());
  private final WriteV2Decoder v2Decoder =
      new WriteV2Decoder(batch, limits.maxSamples(), limits.labels(), 64 << 20);

  @Setup
  public void encode() {
    WriteRequest message = v1Message();
    v1 = message.toByteArray();
    v2 = v2Message(message).toByteArray();
  }

  @Benchmark
  public Object handV1() {
    return v1Decoder.decode(v1, v1.length);
  }

  @Benchmark
  public Object handV2() {
    return v2Decoder.decode(v2, v2.length);
  }

  @Benchmark
  public Object generatedV1() throws IOException {
    return WriteRequest.parseFrom(v1);
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

}

package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.prometheus.Exemplar;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.MetricMetadata;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.proto.thanos.ExemplarData;
import dev.marmoset.proto.thanos.ExemplarsGrpc;
import dev.marmoset.proto.thanos.ExemplarsRequest;
import dev.marmoset.proto.thanos.MetadataGrpc;
import dev.marmoset.proto.thanos.MetricMetadataRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Exemplars and metadata from remote write over the disk to the StoreAPI.
class ExemplarsEndToEndTest {
  private static final String TYPE = "Content-Type";
  private static final String WRITTEN = "X-Prometheus-Remote-Write-Exemplars-Written";
  private static final String[] V1 = {TYPE, "application/x-protobuf", "Content-Encoding", "identity"};
  private static final String[] V2 = {TYPE, "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "Content-Encoding", "identity"};

  @TempDir
  Path directory;

  private final long now = System.currentTimeMillis();

  private WriteRequest v1() {
    return WriteRequest.newBuilder()
        .addTimeseries(TimeSeries.newBuilder()
            .addLabels(Label.newBuilder().setName("__name__").setValue("latency_bucket"))
            .addSamples(Sample.newBuilder().setTimestamp(now).setValue(1))
            .addExemplars(Exemplar.newBuilder().setTimestamp(now).setValue(0.5)
                .addLabels(Label.newBuilder().setName("trace_id").setValue("one"))))
        .addMetadata(MetricMetadata.newBuilder().setType(MetricMetadata.MetricType.HISTOGRAM)
            .setMetricFamilyName("latency").setHelp("How long.").setUnit("seconds"))
        .build();
  }

  /// The shape of the public suite: one series, exemplars an hour, a minute and no time ago, labels unsorted.
  private Request v2() {
    var series = dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder().addAllLabelsRefs(List.of(1, 2))
        .addSamples(dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(now).setValue(1));
    for (long age : new long[] {3_600_000, 60_000, 0}) {
      series.addExemplars(dev.marmoset.proto.prometheus.writev2.Exemplar.newBuilder().setTimestamp(now - age)
          .setValue(2).addAllLabelsRefs(List.of(3, 4, 5, 6)));
    }
    return Request.newBuilder()
        .addAllSymbols(List.of("", "__name__", "requests_total", "trace_id", "two", "span_id", "s"))
        .addTimeseries(series).build();
  }

  private static List<ExemplarData> exemplars(TestServer server, String query) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().port()).usePlaintext().build();
    try {
      var found = new ArrayList<ExemplarData>();
      ExemplarsGrpc.newBlockingStub(channel).exemplars(
          ExemplarsRequest.newBuilder().setQuery(query).setStart(0).setEnd(Long.MAX_VALUE).build())
          .forEachRemaining(frame -> found.add(frame.getData()));
      return found;
    } finally {
      channel.shutdownNow();
    }
  }

  private static List<String> families(TestServer server) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().port()).usePlaintext().build();
    try {
      var found = new ArrayList<String>();
      MetadataGrpc.newBlockingStub(channel)
          .metricMetadata(MetricMetadataRequest.newBuilder().setMetric("latency").setLimit(-1).build())
          .forEachRemaining(frame -> frame.getMetadata().getMetadataMap()
              .forEach((family, entry) -> found.add(family + " " + entry.getMetas(0).getType())));
      return found;
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void areServedAndSurviveARestart() throws Exception {
    var server = TestServer.start(directory, "self-monitoring=false", "replica.value=r1");
    List<ExemplarData> before;
    try {
      assertThat(server.post("/api/v1/write", v1().toByteArray(), V1).statusCode()).isEqualTo(204);
      for (int round = 0; round < 2; round++) {
        HttpResponse<String> response = server.post("/api/v1/write", v2().toByteArray(), V2);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
        assertThat(response.headers().firstValue(WRITTEN)).hasValue("3");
      }
      before = exemplars(server, "{__name__=\"latency_bucket\"} + {__name__=\"requests_total\"}");
      assertThat(before).hasSize(2);
      assertThat(before.getFirst().getSeriesLabels().toString()).contains("latency_bucket", "r1");
      assertThat(before.getLast().getExemplarsList()).hasSize(3)
          .allSatisfy(e -> assertThat(e.getLabels().getLabels(0).getName()).isEqualTo("span_id"));
      assertThat(families(server)).containsExactly("latency histogram");
    } finally {
      server.stop();
    }
    server = TestServer.start(directory, "self-monitoring=false", "replica.value=r1");
    try {
      assertThat(exemplars(server, "{}")).isEqualTo(before);
      assertThat(families(server)).containsExactly("latency histogram");
    } finally {
      server.stop();
    }
  }

  @Test
  void noneAreKeptWithoutRoom() throws Exception {
    var server = TestServer.start(directory, "self-monitoring=false", "tsdb.max-exemplars=0");
    try {
      HttpResponse<String> response = server.post("/api/v1/write", v2().toByteArray(), V2);
      assertThat(response.statusCode()).isEqualTo(204);
      assertThat(response.headers().firstValue(WRITTEN)).hasValue("0");
      assertThat(exemplars(server, "{}")).isEmpty();
    } finally {
      server.stop();
    }
  }
}

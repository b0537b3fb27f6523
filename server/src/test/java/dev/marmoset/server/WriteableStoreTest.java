package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.TimeSeriesTenantTuple;
import dev.marmoset.proto.thanos.WriteRequest;
import dev.marmoset.proto.thanos.WriteableStoreGrpc;
import dev.marmoset.proto.thanos.prompb.Sample;
import dev.marmoset.proto.thanos.prompb.TimeSeries;
import dev.marmoset.storeapi.transport.SnappyCodec;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a router writes into a running server is stored, judged, booked and locked like every other write.
class WriteableStoreTest {
  @TempDir
  Path directory;

  private static TimeSeries.Builder series(String name, long t) {
    return TimeSeries.newBuilder().addLabels(Label.newBuilder().setName("__name__").setValue(name))
        .addSamples(Sample.newBuilder().setTimestamp(t).setValue(1));
  }

  private static Status.Code send(TestServer server, WriteRequest request, String... bearer) {
    var codec = new SnappyCodec();
    var compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(codec);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.grpcAddress().host(), server.grpcAddress().port())
            .usePlaintext()
            .compressorRegistry(compressors)
            .decompressorRegistry(DecompressorRegistry.getDefaultInstance().with(codec, true)).build();
    var headers = new Metadata();
    for (String token : bearer) {
      headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    }
    try {
      return WriteableStoreGrpc.newBlockingStub(channel).withCompression("snappy")
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).remoteWrite(request)
          .isInitialized() ? Status.Code.OK : Status.Code.UNKNOWN;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void bothShapesAreStoredAndTenantsAreLabels() throws Exception {
    var server = TestServer.start(directory, "self-monitoring=false", "receive.tenant-label-name=tenant_id");
    try {
      long now = System.currentTimeMillis();
      var older =
          WriteRequest.newBuilder().addTimeseries(series("a", now)).setTenant("x").setReplica(1).build();
      assertThat(send(server, older)).isEqualTo(Status.Code.OK);
      var later = WriteRequest.newBuilder().addTimeseriesTenantData(
          TimeSeriesTenantTuple.newBuilder().setTenant("y").addTimeseries(series("b", now)))
          .addTimeseriesTenantData(
              TimeSeriesTenantTuple.newBuilder().setTenant("z").addTimeseries(series("b", now)));
      assertThat(send(server, later.build())).isEqualTo(Status.Code.OK);
      assertThat(server.series("a{tenant_id=\"x\"}").toString()).contains("\"samples\":1");
      assertThat(server.series("b").toString()).contains("\"tenant_id\":\"y\"", "\"tenant_id\":\"z\"");
      var mixed = WriteRequest.newBuilder().addTimeseries(series("a", now + 1)).addTimeseries(series("a", 5));
      assertThat(send(server, mixed.setTenant("x").build())).isEqualTo(Status.Code.ALREADY_EXISTS);
      assertThat(server.series("a").toString()).as("the good one is kept").contains("\"samples\":2");
      assertThat(server.get("/api/v1/status/receipts?rejected=true&sender=x").body())
          .contains("\"accepted\":1", "\"too_old\":1");
    } finally {
      server.stop();
    }
  }

  @Test
  void writingAsksForTheScopeWrite() throws Exception {
    var server = TestServer.start(directory, "self-monitoring=false", "auth.config=credentials:"
        + " [{name: router, scopes: [write], bearer: w}, {name: querier, scopes: [read, admin], bearer: r}]");
    try {
      var request = WriteRequest.newBuilder().addTimeseries(series("a", System.currentTimeMillis())).build();
      assertThat(send(server, request)).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(send(server, request, "r")).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(send(server, request, "x")).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(send(server, request, "w")).isEqualTo(Status.Code.OK);
      var receipts = server.get("/api/v1/status/receipts");
      assertThat(receipts.statusCode()).as("the page is locked too").isEqualTo(401);
    } finally {
      server.stop();
    }
  }
}

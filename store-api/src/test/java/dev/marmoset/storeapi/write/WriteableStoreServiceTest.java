package dev.marmoset.storeapi.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.WriteResponse;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.TimeSeriesTenantTuple;
import dev.marmoset.proto.thanos.WriteRequest;
import dev.marmoset.proto.thanos.WriteableStoreGrpc;
import dev.marmoset.proto.thanos.prompb.Sample;
import dev.marmoset.proto.thanos.prompb.TimeSeries;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Both shapes of a router's message reach ingest as what they carry, and its answers become what a router understands.
class WriteableStoreServiceTest {
  private static final long BUDGET = 1 << 20;
  private static final RpcCaller CALLER = new RpcCaller("router", "10.1.2.0/24", "grpc-go/1.80");

  private final List<WriteRequestHead> heads = new ArrayList<>();
  private final List<dev.marmoset.proto.prometheus.WriteRequest> taken = new ArrayList<>();
  private final ArrayDeque<Integer> answers = new ArrayDeque<>();
  private final String name = InProcessServerBuilder.generateName();
  private final Server server = InProcessServerBuilder.forName(name)
      .addService(new WriteableStoreService(this::take, BUDGET)).intercept(new Known()).build();
  private final ManagedChannel channel = InProcessChannelBuilder.forName(name).build();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  /// What the listener's guard does.
  private static final class Known implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
        ServerCallHandler<Q, A> next) {
      return Contexts.interceptCall(Context.current().withValue(RpcCaller.KEY, CALLER), call, headers, next);
    }
  }

  private WriteResponse take(WriteRequestHead head, InputStream body) {
    heads.add(head);
    try {
      taken.add(dev.marmoset.proto.prometheus.WriteRequest.parseFrom(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int status = answers.isEmpty() ? 204 : answers.removeFirst();
    if (status < 0) {
      throw new IllegalStateException("a defect");
    }
    return new WriteResponse(status, Map.of(), status < 300 ? "" : "said " + status);
  }

  private static TimeSeries series(String name, long t) {
    return TimeSeries.newBuilder().addLabels(Label.newBuilder().setName("__name__").setValue(name))
        .addSamples(Sample.newBuilder().setTimestamp(t).setValue(1.5)).build();
  }

  private static TimeSeriesTenantTuple tuple(String tenant, String... names) {
    var tuple = TimeSeriesTenantTuple.newBuilder().setTenant(tenant);
    for (String name : names) {
      tuple.addTimeseries(series(name, 7));
    }
    return tuple.build();
  }

  private Status send(WriteRequest request) {
    try {
      assertThat(WriteableStoreGrpc.newBlockingStub(channel).remoteWrite(request)).isNotNull();
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private List<List<String>> names() {
    return taken.stream().map(write -> write.getTimeseriesList().stream()
        .map(series -> series.getLabels(0).getValue() + "@" + series.getSamples(0).getTimestamp()).toList())
        .toList();
  }

  @Test
  void messageOfAnOlderRouterIsOneWriteOfItsTenant() {
    var request = WriteRequest.newBuilder().addTimeseries(series("a", 1)).addTimeseries(series("b", 2))
        .setTenant("team-a").setReplica(2).build();
    assertThat(send(request).isOk()).isTrue();
    assertThat(names()).containsExactly(List.of("a@1", "b@2"));
    assertThat(heads).containsExactly(new WriteRequestHead("POST", "application/x-protobuf", "identity",
        "grpc-go/1.80", "0.1.0", heads.getFirst().contentLength(),
        new Origin("router", "team-a", "10.1.2.0/24")));
  }

  @Test
  void messageOfALaterRouterIsAWritePerTenant() {
    var request = WriteRequest.newBuilder().addTimeseriesTenantData(tuple("x", "a", "b"))
        .addTimeseriesTenantData(tuple("y", "c")).addTimeseriesTenantData(tuple("z")).build();
    assertThat(send(request).isOk()).isTrue();
    assertThat(names()).containsExactly(List.of("a@7", "b@7"), List.of("c@7"), List.of());
    assertThat(heads).extracting(head -> head.origin().tenant()).containsExactly("x", "y", "z");
  }

  @Test
  void messageOfBothShapesLosesNothing() {
    var request =
        WriteRequest.newBuilder().addTimeseries(series("a", 1)).addTimeseriesTenantData(tuple("x", "b"));
    assertThat(send(request.build()).isOk()).isTrue();
    assertThat(names()).containsExactly(List.of("a@1"), List.of("b@7"));
  }

  @Test
  void seriesThatDoNotLieSideBySideAreJoined() throws InvalidProtocolBufferException {
    var first = WriteRequest.newBuilder().addTimeseries(series("a", 1)).setTenant("t").build().toByteString();
    var others = first.concat(WriteRequest.newBuilder().addTimeseries(series("b", 2)).setReplica(1).build()
        .toByteString())
        .concat(WriteRequest.newBuilder().addTimeseries(series("c", 3)).build().toByteString());
    assertThat(send(WriteRequest.parseFrom(others)).isOk()).isTrue();
    byte[] apart = others.toByteArray();
    try {
      var parts = RoutedWrite.split(apart, apart.length);
      assertThat(parts).hasSize(1);
      var joined = dev.marmoset.proto.prometheus.WriteRequest.parseFrom(parts.getFirst().body());
      assertThat(joined.getTimeseriesList()).extracting(series -> series.getLabels(0).getValue())
          .containsExactly("a", "b", "c");
      assertThat(joined.getUnknownFields().asMap()).as("what lay between them").isEmpty();
      assertThat(parts.getFirst().tenant()).isEqualTo("t");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void emptyMessageIsTaken() {
    assertThat(send(WriteRequest.getDefaultInstance()).isOk()).isTrue();
    assertThat(send(WriteRequest.newBuilder().setTenant("t").setReplica(1).build()).isOk()).isTrue();
    assertThat(taken).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"200, OK", "204, OK", "400, ALREADY_EXISTS", "409, ALREADY_EXISTS", "413, ALREADY_EXISTS",
    "429, RESOURCE_EXHAUSTED", "503, UNAVAILABLE"})
  void statusIsWhatARouterTakesItFor(int answer, Status.Code code) {
    answers.add(answer);
    Status status = send(WriteRequest.newBuilder().addTimeseries(series("a", 1)).build());
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).isEqualTo(code == Status.Code.OK ? null : "said " + answer);
  }

  @Test
  void worstOfSeveralTenantsDecidesAndAllAreWritten() {
    answers.addAll(List.of(204, 503, 400, 429));
    var request = WriteRequest.newBuilder().addTimeseriesTenantData(tuple("w", "a"))
        .addTimeseriesTenantData(tuple("x", "b")).addTimeseriesTenantData(tuple("y", "c"))
        .addTimeseriesTenantData(tuple("z", "d"));
    assertThat(send(request.build()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(taken).hasSize(4);
    answers.addAll(List.of(204, 400, 204, 204));
    assertThat(send(request.build()).getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0a", "0aff", "0affffffff0f", "0a80808080f8ffffffff01", "2205", "2202120a",
    "1202ffff", "00"})
  void whatIsCutOrMalformedIsNoMessage(String hex) {
    assertThatThrownBy(() -> split(HexFormat.of().parseHex(hex))).isInstanceOf(IOException.class);
  }

  private static List<RoutedWrite> split(byte[] message) throws IOException {
    return RoutedWrite.split(message, message.length);
  }

  @Test
  void messageThatFindsNoRoomIsPutOffAndWhatItTookIsGivenBack() {
    var large = WriteRequest.newBuilder().setTenant("x".repeat((int) BUDGET));
    var fits =
        WriteRequest.newBuilder().setTenant("x".repeat((int) BUDGET / 2)).addTimeseries(series("a", 1));
    for (int i = 0; i < 5; i++) {
      Status status = send(large.build());
      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).contains("memory for messages of routers");
      assertThat(send(fits.build()).isOk()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 100_000})
  void messageOfUnknownLengthIsReadWhole(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    var unannounced = new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int available() {
        return 0;
      }
    };
    var budget = new ByteBudget(1 << 20);
    var message = HeldMessage.read(unannounced, budget);
    assertThat(Arrays.copyOf(message.bytes(), message.length())).isEqualTo(bytes);
    message.release();
    message.release();
    assertThat(budget.left()).isEqualTo(1 << 20);
  }

  @Test
  void defectIsAnInternalErrorAndGivesBackWhatTheMessageTook() {
    var request =
        WriteRequest.newBuilder().setTenant("x".repeat((int) BUDGET / 2)).addTimeseries(series("a", 1));
    for (int i = 0; i < 5; i++) {
      answers.add(-1);
      assertThat(send(request.build()).getCode()).isEqualTo(Status.Code.INTERNAL);
    }
    assertThat(send(request.build()).isOk()).isTrue();
  }

  @Test
  void messageOfTooManyTenantsIsAnInvalidArgument() {
    var many = WriteRequest.newBuilder();
    for (int i = 0; i <= RoutedWrite.MAX_TENANTS; i++) {
      many.addTimeseriesTenantData(tuple("t" + i));
    }
    Status status = send(many.build());
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).contains("more than 1000 tenants");
    assertThat(taken).isEmpty();
  }
}

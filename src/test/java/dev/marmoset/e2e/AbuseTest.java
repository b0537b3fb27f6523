package dev.marmoset.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.Polling;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.StoreGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;

/// What strangers may do to the shipped program with all doors open and a heap of 256 MB: it refuses cheaply, its memory
/// is what it was, nothing of it is stored, and honest senders get through meanwhile.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AbuseTest {
  private static final int CROWD = 10_000;
  private static final int CLIENTS = 16;
  private static final int HUNG_UP = 0;
  /// Live objects may grow by this over an attack, for tables and buffers that the pools keep; an attack goes through
  /// gigabytes, so a leak is far more.
  private static final long HEAP_SLACK_KIB = 80 << 10;
  /// 256 MB of heap, and what a JVM has besides.
  private static final long MOST_RSS_KIB = 640 << 10;
  /// An honest request, while an attack runs on two shared cores; once in so many times, because the machine may stall.
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int TIMES = 4;
  private static final byte[] NOTHING = {};
  /// HTTP/2: the client's preface and an empty SETTINGS frame.
  private static final String HANDSHAKE = "PRI * HTTP/2.0\n\nSM\n\n\0\0\0\4\0\0\0\0\0";

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final long honestTime = System.currentTimeMillis();
  private final List<MarmosetProcess> running = new ArrayList<>();
  private ServerMemory before = new ServerMemory(0, 0);

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    running.add(MarmosetProcess.start("marmoset", directory, "--no-self-monitoring"));
    logs.watch(server().process());
    // What is loaded and kept once is not a leak.
    honestWriteIsTaken();
    for (byte[] body : List.of(NOTHING, Snappy.compress(new byte[1 << 20]))) {
      HttpResponse<String> _ = post(body, "Content-Encoding", "snappy");
    }
  }

  @AfterAll
  void stop() {
    running.forEach(MarmosetProcess::close);
    http.close();
  }

  @BeforeEach
  void measure() {
    before = memory();
  }

  @AfterEach
  void nothingIsLeftOfIt() throws Exception {
    honestWriteIsTaken();
    // Connections that the client has closed are taken apart in the background.
    var after = Polling.until("memory to be given back", Duration.ofMinutes(3),
        () -> Optional.of(memory()).filter(now -> now.heapKib() - before.heapKib() < HEAP_SLACK_KIB),
        () -> "It was " + before + ", it is " + memory() + ".");
    System.err.printf(Locale.ROOT, "abuse: heap %d -> %d KiB, rss %d -> %d KiB%n", before.heapKib(),
        after.heapKib(),
        before.rssKib(), after.rssKib());
    assertThat(after.rssKib()).as("resident KiB").isLessThan(MOST_RSS_KIB);
    try (var client = new StoreClient(server().grpcAddress())) {
      assertThat(client.samples("abuse", 0, Long.MAX_VALUE)).as("stored").isEmpty();
    }
    assertThat(get("/api/v1/status/tsdb")).contains("\"numSeries\":1,");
  }

  private ServerMemory memory() {
    try {
      return ServerMemory.of(server().process().pid());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private MarmosetProcess server() {
    return running.getFirst();
  }

  private InetSocketAddress grpcAddress() {
    String[] address = server().grpcAddress().split(":");
    return new InetSocketAddress(address[0], Integer.parseInt(address[1]));
  }

  private InetSocketAddress httpAddress() {
    return new InetSocketAddress("127.0.0.1", server().uri("/").getPort());
  }

  @Test
  void idleConnections() throws Exception {
    try (var _ = Crowd.of(CROWD, httpAddress(), "")) {
      honestWriteIsTaken();
    }
  }

  @Test
  void halfSentHeads() throws Exception {
    try (var _ =
        Crowd.of(CROWD, httpAddress(), "POST /api/v1/write HTTP/1.1\nHost: a\nX-Long: " + "x".repeat(2000))) {
      honestWriteIsTaken();
    }
  }

  @Test
  void halfSentBodies() throws Exception {
    try (var _ = Crowd.of(CROWD, httpAddress(), "POST /api/v1/write HTTP/1.1\nHost: a\n"
        + "Content-Type: application/x-protobuf\nContent-Length: 16000000\n\nabc")) {
      honestWriteIsTaken();
    }
  }

  /// Nothing, half a preface, a handshake, and a handshake with the first bytes of a call, whose header frame of 100
  /// bytes never ends: 10,000 each, while a querier that was there before asks on its one connection.
  @ParameterizedTest
  @ValueSource(strings = {"", "PRI * HTTP/2.0\n", HANDSHAKE, HANDSHAKE + "\0\0d\1\4\0\0\0\1half"})
  void halfSentConnectionsToTheStoreApi(String words) throws Exception {
    try (var querier = new StoreClient(server().grpcAddress());
        var asking = Executors.newSingleThreadScheduledExecutor()) {
      Runnable ask =
          () -> assertThat(querier.samples("honest", 0, Long.MAX_VALUE)).hasSize(1);
      ask.run();
      // Its future ends with the first question that is not answered.
      var questions = asking.scheduleWithFixedDelay(ask, 0, 100, TimeUnit.MILLISECONDS);
      try (var _ = Crowd.of(CROWD, grpcAddress(), words)) {
        honestWriteIsTaken();
        try (var late = new StoreClient(server().grpcAddress())) {
          assertThat(late.samples("honest", 0, Long.MAX_VALUE)).hasSize(1);
        }
        assertThat(metric("marmoset_grpc_connections")).isBetween(1.0, 1024.0);
      }
      assertThat(questions.isDone()).as("a question was not answered").isFalse();
      assertThat(questions.cancel(false)).isTrue();
    }
    assertThat(metric("marmoset_grpc_connections_shed_total")).isGreaterThan(CROWD / 2.0);
  }

  private double metric(String name) throws Exception {
    return get("/metrics").lines().filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).findFirst().orElse(0);
  }

  @Test
  void headerFloods() throws Exception {
    var many = new StringBuilder("POST /api/v1/write HTTP/1.1\nHost: a\n");
    for (int i = 0; i < 10_000; i++) {
      many.append("x-").append(i).append(": 1\n");
    }
    try (var _ = Crowd.of(200, httpAddress(), many.append('\n').toString());
        var _ = Crowd.of(200, httpAddress(), "GET /" + "a".repeat(1 << 20))) {
      honestWriteIsTaken();
    }
    // Closed with the rest of the head unread, so that the answer may be lost on its way.
    int status = HUNG_UP;
    for (int i = 0; i < 100 && status == HUNG_UP; i++) {
      status = statusOrHungUp(NOTHING, "x-long", "y".repeat(100_000));
    }
    assertThat(status).isEqualTo(431);
  }

  @Test
  void bombs() throws Exception {
    byte[] zeros = new byte[(64 << 20) + 1];
    byte[] snappy = Snappy.compress(zeros);
    var gzip = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(gzip)) {
      out.write(zeros);
    }
    // One byte less than the cap, so that it has to be decoded to be refused.
    byte[] below = Snappy.compress(new byte[(64 << 20) - 1]);
    byte[] lying = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0};
    byte[][] bodies = {snappy, gzip.toByteArray(), below, lying};
    assertAllRefused(200, i -> bodies[i % bodies.length]);
  }

  /// Messages of 30 MB, 30 KB on the wire, in a field that no message has and every parser keeps: to who takes messages
  /// of that size, and to who takes small ones.
  @Test
  void bombsToRpcs() throws Exception {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(1000, new byte[30 << 20]);
    out.flush();
    byte[] bomb = bytes.toByteArray();
    List<String> rpcs = List.of("thanos.WriteableStore/RemoteWrite", "thanos.Store/Series",
        "thanos.info.Info/Info", "grpc.health.v1.Health/Check");
    try (var caller = new RawCaller(server().grpcAddress());
        var executor = Executors.newFixedThreadPool(CLIENTS)) {
      var codes = new ArrayList<Future<Status.Code>>();
      for (int i = 0; i < 40; i++) {
        String rpc = rpcs.get(i % rpcs.size());
        codes.add(executor.submit(() -> caller.call(rpc, bomb, "gzip")));
      }
      for (int i = 0; i < codes.size(); i++) {
        // A router's message of that size may find room, and has nothing to store.
        assertThat(codes.get(i).get()).as(rpcs.get(i % rpcs.size())).isIn(Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.UNAVAILABLE, Status.Code.UNKNOWN,
            i % rpcs.size() == 0 ? Status.Code.OK : Status.Code.UNKNOWN);
      }
    }
  }

  @Test
  void noiseToEveryRpc() throws Exception {
    var bodies = new ArrayList<>(List.of(message(0x0A, Integer.MAX_VALUE), message(0x0A, -1),
        message(0x22, Long.MAX_VALUE), nested(message(0x0A, 1L << 31)), bytes(1000, 0xFF),
        bytes(1000, 0x0B)));
    var random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] noise = new byte[1 + random.nextInt(300)];
      random.nextBytes(noise);
      bodies.add(noise);
    }
    try (var caller = new RawCaller(server().grpcAddress())) {
      for (String rpc : List.of("thanos.Store/Series", "thanos.Store/LabelNames", "thanos.Store/LabelValues",
          "thanos.info.Info/Info", "thanos.Exemplars/Exemplars", "thanos.Metadata/MetricMetadata",
          "thanos.WriteableStore/RemoteWrite", "grpc.health.v1.Health/Check",
          "grpc.reflection.v1.ServerReflection/ServerReflectionInfo")) {
        for (byte[] body : bodies) {
          // Noise may happen to be a message that asks for nothing.
          assertThat(caller.call(rpc, body, "identity")).as(rpc).isNotIn(Status.Code.DEADLINE_EXCEEDED,
              Status.Code.UNIMPLEMENTED);
        }
      }
    }
  }

  @Test
  void headerFloodsOnGrpc() throws Exception {
    // HEADERS that go on in frames of 16 KiB for ever, and one list of 100,000 bytes as a client sends it.
    String endless = HANDSHAKE + "\0\0\1\1\0\0\0\0\1x"
        + ("\0\100\0\11\0\0\0\0\1" + "x".repeat(1 << 14)).repeat(64);
    try (var _ = Crowd.of(200, grpcAddress(), endless)) {
      honestWriteIsTaken();
    }
    try (var caller = new RawCaller(server().grpcAddress())) {
      for (int i = 0; i < 200; i++) {
        assertThat(caller.call("thanos.Store/Series", NOTHING, "identity", "x-long", "y".repeat(100_000)))
            .isNotEqualTo(Status.Code.OK);
      }
      assertThat(caller.call("thanos.info.Info/Info", NOTHING, "identity")).isEqualTo(Status.Code.OK);
    }
  }

  @Test
  void hostileLengths() throws Exception {
    var bodies = new ArrayList<byte[]>();
    for (long length : new long[] {Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1, Long.MAX_VALUE, -1,
      Long.MIN_VALUE}) {
      for (int tag : new int[] {0x0A, 0x1A, 0x22, 0x2A, 0x12}) {
        bodies.add(message(tag, length));
        bodies.add(nested(message(tag, length)));
      }
    }
    // Group tags, a field number of zero, an endless varint, nothing but tags.
    bodies.add(new byte[] {0x0B, 0x0B, 0x0B, 0x0C});
    bodies.add(new byte[] {0x0A, 0x02, 0x00, 0x00});
    bodies.add(bytes(1000, 0xFF));
    bodies.add(bytes(1 << 20, 0x0A));
    var random = new Random(6);
    for (int i = 0; i < 500; i++) {
      byte[] noise = new byte[1 + random.nextInt(300)];
      random.nextBytes(noise);
      bodies.add(nested(noise));
    }
    for (String type : List.of("application/x-protobuf",
        "application/x-protobuf;proto=io.prometheus.write.v2.Request")) {
      for (byte[] body : bodies) {
        int status = post(body, "Content-Encoding", "identity", "Content-Type", type).statusCode();
        // Noise may happen to be a message without anything to store.
        assertThat(status).isIn(400, 413, 204);
      }
    }
  }

  @Test
  void millionLabels() throws Exception {
    var series =
        TimeSeries.newBuilder().addSamples(Sample.newBuilder().setTimestamp(System.currentTimeMillis()));
    series.addLabels(Label.newBuilder().setName("__name__").setValue("abuse"));
    for (int i = 0; i < 1_000_000; i++) {
      series.addLabels(Label.newBuilder().setName("l" + i).setValue("v"));
    }
    byte[] body = Snappy.compress(WriteRequest.newBuilder().addTimeseries(series).build().toByteArray());
    assertAllRefused(20, _ -> body);
  }

  @Test
  void longLabelsAndManyRefusedSeries() throws Exception {
    var request = WriteRequest.newBuilder();
    for (int i = 0; i < 50_000; i++) {
      request.addTimeseries(TimeSeries.newBuilder().addSamples(Sample.newBuilder().setTimestamp(i))
          .addLabels(Label.newBuilder().setName("__name__").setValue("abuse"))
          .addLabels(Label.newBuilder().setName("i").setValue("x".repeat(200) + i)));
    }
    byte[] tooOld = Snappy.compress(request.build().toByteArray());
    byte[] long_ = Snappy.compress(WriteRequest.newBuilder().addTimeseries(TimeSeries.newBuilder()
        .addSamples(Sample.newBuilder().setTimestamp(System.currentTimeMillis()))
        .addLabels(Label.newBuilder().setName("__name__").setValue("abuse"))
        .addLabels(Label.newBuilder().setName("n").setValue("x".repeat(20 << 20)))).build().toByteArray());
    assertAllRefused(20, i -> i % 2 == 0 ? tooOld : long_);
  }

  @Test
  void regexBombs() throws Exception {
    String[] address = server().grpcAddress().split(":");
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address[0], Integer.parseInt(address[1])).usePlaintext().build();
    try {
      for (String regex : List.of("(a+)+$", "(x+x+)+y", "(.*)*(.*)*(.*)*z",
          "((((a{1,100}){1,100}){1,100}){1,100})",
          "a{1000}{1000}", "(" + "a?".repeat(5000) + ")" + "a".repeat(5000),
          "[" + "a-z".repeat(20_000) + "]*",
          "(".repeat(20_000), "(a|b|".repeat(1000), "(?i)" + "honest|".repeat(50_000),
          "\\pL{0,500}\\pN{0,500}x",
          ".*".repeat(5_000))) {
        for (var type : List.of(LabelMatcher.Type.RE, LabelMatcher.Type.NRE)) {
          assertQuick(cut(regex), () -> {
            try {
              StoreGrpc.newBlockingStub(channel).withDeadlineAfter(3, TimeUnit.MINUTES)
                  .series(SeriesRequest.newBuilder().setMinTime(0).setMaxTime(Long.MAX_VALUE)
                      .addMatchers(
                          LabelMatcher.newBuilder().setType(type).setName("__name__").setValue(regex))
                      .build())
                  .forEachRemaining(_ -> {
                  });
            } catch (StatusRuntimeException e) {
              assertThat(e.getStatus().getCode().name()).as(cut(regex)).isIn("INVALID_ARGUMENT",
                  "RESOURCE_EXHAUSTED");
            }
          });
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static String cut(String regex) {
    return regex.substring(0, Math.min(40, regex.length()));
  }

  /// Sends bodies from several clients at once. None may be stored; a 503 says that there is no room for now.
  private void assertAllRefused(int requests, IntFunction<byte[]> body) throws Exception {
    try (var executor = Executors.newFixedThreadPool(CLIENTS)) {
      var statuses = new ArrayList<Future<Integer>>();
      for (int i = 0; i < requests; i++) {
        byte[] next = body.apply(i);
        statuses.add(executor.submit(() -> statusOrHungUp(next, "Content-Type", "application/x-protobuf")));
      }
      for (var status : statuses) {
        assertThat(status.get()).isIn(400, 413, 503, HUNG_UP);
      }
    }
  }

  /// [#HUNG_UP] if the server answered before all was sent, and closed.
  private int statusOrHungUp(byte[] body, String... headers) throws InterruptedException {
    try {
      return post(body, headers).statusCode();
    } catch (IOException _) {
      return HUNG_UP;
    }
  }

  private static byte[] message(int tag, long length) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    out.writeRawByte((byte) tag);
    out.writeUInt64NoTag(length);
    out.writeRawBytes(new byte[] {0x0A, 0x01, 0x61});
    out.flush();
    return bytes.toByteArray();
  }

  /// Inside a series of either version.
  private static byte[] nested(byte[] inner) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    out.writeBytes(1, ByteString.copyFrom(inner));
    out.writeBytes(5, ByteString.copyFrom(inner));
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] bytes(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /// Always the same sample: a no-op but for the first.
  private void honestWriteIsTaken() throws IOException, InterruptedException {
    var request = WriteRequest.newBuilder().addTimeseries(TimeSeries.newBuilder()
        .addLabels(Label.newBuilder().setName("__name__").setValue("honest"))
        .addSamples(Sample.newBuilder().setTimestamp(honestTime).setValue(1))).build();
    byte[] body = Snappy.compress(request.toByteArray());
    assertQuick("an honest write", () -> {
      HttpResponse<String> answer;
      try {
        answer = post(body, "Content-Encoding", "snappy");
      } catch (IOException _) {
        // An idle connection may be closed to make room just when it is used again.
        answer = post(body, "Content-Encoding", "snappy");
      }
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    });
  }

  private interface Action {
    void run() throws IOException, InterruptedException;
  }

  private static void assertQuick(String what, Action action) throws IOException, InterruptedException {
    var quickest = Duration.ofDays(1);
    for (int i = 0; i < TIMES && quickest.compareTo(PATIENCE) >= 0; i++) {
      long begin = System.nanoTime();
      action.run();
      var time = Duration.ofNanos(System.nanoTime() - begin);
      quickest = time.compareTo(quickest) < 0 ? time : quickest;
    }
    assertThat(quickest).as("time of " + what).isLessThan(PATIENCE);
  }

  private HttpResponse<String> post(byte[] body, String... headers) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(server().uri("/api/v1/write")).timeout(Duration.ofMinutes(3))
        .headers(headers).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
  }

  private String get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(server().uri(path)).build(), BodyHandlers.ofString()).body();
  }
}

package dev.marmoset.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.info.InfoGrpc;
import dev.marmoset.proto.thanos.info.InfoRequest;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bound by number of the gRPC listener, on a whole server.
class GrpcConnectionsTest {
  private static final int MOST = 16;
  private static final int CROWD = 100;
  private static final int PATIENCE_MS = 120_000;
  /// The client's preface and an empty SETTINGS frame: 9 bytes of which the fourth is the type.
  private static final byte[] HANDSHAKE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(ISO_8859_1);

  @TempDir
  Path directory;
  private TestServer server;
  private ManagedChannel live;
  private final AtomicBoolean lost = new AtomicBoolean();
  private final List<Socket> crowd = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    server = TestServer.start(directory, "self-monitoring=false", "grpc.max-connections=" + MOST);
    live = NettyChannelBuilder.forAddress(server.grpcAddress().host(), server.grpcAddress().port())
        .usePlaintext().build();
    poll();
    live.notifyWhenStateChanged(ConnectivityState.READY, () -> lost.set(true));
  }

  @AfterEach
  void stop() throws IOException {
    live.shutdownNow();
    for (Socket socket : crowd) {
      socket.close();
    }
    server.stop();
  }

  private void poll() {
    assertThat(InfoGrpc.newBlockingStub(live).withDeadlineAfter(2, TimeUnit.MINUTES)
        .info(InfoRequest.getDefaultInstance()).hasStore()).isTrue();
  }

  private Socket enter(byte[] words) throws IOException {
    var socket = new Socket(server.grpcAddress().host(), server.grpcAddress().port());
    socket.setSoTimeout(PATIENCE_MS);
    crowd.add(socket);
    try {
      socket.getOutputStream().write(words);
    } catch (SocketException _) {
      // closed already, to make room
    }
    return socket;
  }

  private double metric(String name) throws Exception {
    return server.get("/metrics").body().lines().filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).sum();
  }

  private void awaitShed(int count) throws Exception {
    TestServer.await(() -> {
      try {
        return metric("marmoset_grpc_connections_shed_total") >= count;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
    assertThat(metric("marmoset_grpc_connections")).isLessThanOrEqualTo(MOST);
  }

  @Test
  void whoHasNotShakenHandsGoesFirstHoweverLongOthersAreSilent() throws Exception {
    for (int i = 0; i < CROWD; i++) {
      Socket _ = enter(i % 2 == 0 ? new byte[0] : "PRI * HTTP/2.0\r\n".getBytes(ISO_8859_1));
    }
    awaitShed(CROWD + 1 - MOST);
    poll();
    assertThat(lost).as("the connection that was live all the time was lost").isFalse();
  }

  @Test
  void whoWasLetInOnceStaysHoweverLongHeIsSilent() throws Exception {
    for (int i = 0; i < CROWD; i++) {
      Socket socket = enter(HANDSHAKE);
      assertThat(socket.getInputStream().read()).isNotNegative();
    }
    awaitShed(CROWD + 1 - MOST);
    poll();
    assertThat(lost).as("the connection whose call was let in was lost").isFalse();
  }

  @Test
  void amongThoseWhoHaveTheOneSilentLongestGoes() throws Exception {
    for (int i = 0; i < CROWD; i++) {
      Socket socket = enter(HANDSHAKE);
      // The server's own SETTINGS: its handshake is done.
      assertThat(socket.getInputStream().read()).isNotNegative();
      poll();
    }
    awaitShed(CROWD + 1 - MOST);
    assertThat(lost).as("the connection that polled all the time was lost").isFalse();
    while (crowd.getFirst().getInputStream().read() >= 0) {
      // what it said before it closed
    }
  }

  @Test
  void connectionsThatEndMakeRoom() throws Exception {
    for (int i = 0; i < CROWD; i++) {
      try (Socket socket = enter(HANDSHAKE)) {
        assertThat(socket.getInputStream().read()).isNotNegative();
      }
      TestServer.await(() -> {
        try {
          return metric("marmoset_grpc_connections") <= 1;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      });
    }
    assertThat(metric("marmoset_grpc_connections_shed_total")).isZero();
  }
}

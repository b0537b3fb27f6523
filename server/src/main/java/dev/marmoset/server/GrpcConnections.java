package dev.marmoset.server;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// Keeps the number of open gRPC connections below a bound: who comes when it is reached takes the place of one that has
/// not finished its handshake, else of one whose call was never let in, else of the one that has been silent longest.
///
/// The reasons are those of HTTP's bound: whoever opens many and says nothing must not lock the others out. A querier
/// has shaken hands, with client certificates as somebody known, and was let in, so strangers cost it nothing.
/// gRPC has no such bound (grpc-java#1886), so connections are counted where they are accepted, before anything is
/// allocated for them. Thread-safe.
final class GrpcConnections extends ServerTransportFilter implements ServerInterceptor, AutoCloseable {
  /// One in so many is closed at a time.
  private static final int SHARE_PER_ROUND = 64;
  private static final int BY_CORES = 0;
  /// Connections beyond the bound that may be on their way in or out: more wait in the kernel, where they cost nothing.
  /// Accepting is faster than setting up and taking apart, and 10,000 in between would take 100 MB.
  private static final int MOST_PASSING = 128;

  private final int most;
  private final LongSupplier nanoTime;
  private final Map<SocketAddress, Guest> open = new ConcurrentHashMap<>();
  private final Counter shed;
  private final EventLoopGroup accepting;
  private final EventLoopGroup serving;

  /// @param most     connections that stay open
  /// @param nanoTime monotonic time, ns
  GrpcConnections(int most, LongSupplier nanoTime, MeterRegistry registry) {
    this.most = most;
    this.nanoTime = nanoTime;
    Gauge.builder("marmoset.grpc.connections", open, Map::size).description("open gRPC connections")
        .register(registry);
    shed = Counter.builder("marmoset.grpc.connections.shed")
        .description("gRPC connections closed because too many were open and these had not finished their"
            + " handshake, had no call let in, or had been silent longest")
        .register(registry);
    accepting = threads(1, "grpc-accept");
    serving = threads(BY_CORES, "grpc-io");
  }

  private static EventLoopGroup threads(int count, String name) {
    IoHandlerFactory factory = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, true), factory);
  }

  /// Has the server's connections counted and bounded here.
  NettyServerBuilder guard(NettyServerBuilder builder) {
    return builder.bossEventLoopGroup(accepting).workerEventLoopGroup(serving)
        .channelFactory(this::listener).addTransportFilter(this);
  }

  private ServerChannel listener() {
    ServerChannel channel =
        Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    channel.pipeline().addLast(new Entrance());
    return channel;
  }

  /// Sees what is accepted before the server does.
  private final class Entrance extends ChannelInboundHandlerAdapter {
    /// Connections that are not closed.
    private final AtomicInteger present = new AtomicInteger();

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      if (accepted instanceof Channel connection && connection.remoteAddress() != null) {
        Channel listener = context.channel();
        present.incrementAndGet();
        var _ = connection.closeFuture().addListener(_ -> {
          present.decrementAndGet();
          goOn(listener);
        });
        if (isFull()) {
          listener.config().setAutoRead(false);
          // The last of those that are closed may have been so just before.
          goOn(listener);
        }
        enter(connection, connection.remoteAddress());
      }
      context.fireChannelRead(accepted);
    }

    private boolean isFull() {
      return present.get() >= most + MOST_PASSING;
    }

    private void goOn(Channel listener) {
      if (!isFull() && !listener.config().isAutoRead()) {
        listener.config().setAutoRead(true);
      }
    }
  }

  private void enter(Channel connection, SocketAddress from) {
    var guest = new Guest(connection, from);
    open.put(from, guest);
    var _ = connection.closeFuture().addListener(_ -> open.remove(from, guest));
    connection.pipeline().addLast(guest);
    if (open.size() > most) {
      shed(guest);
    }
  }

  /// How far a connection has come; the lower ones go first.
  private enum Standing {
    ACCEPTED, SHOOK_HANDS, LET_IN
  }

  /// An open connection, and when it was last heard.
  private final class Guest extends ChannelInboundHandlerAdapter {
    private final Channel connection;
    private final SocketAddress from;
    private volatile long heardAt = nanoTime.getAsLong();
    private volatile Standing standing = Standing.ACCEPTED;

    private Guest(Channel connection, SocketAddress from) {
      this.connection = connection;
      this.from = from;
    }

    /// At once: a farewell would wait for a peer that may never read it.
    private void hangUp() {
      connection.eventLoop().execute(() -> connection.unsafe().close(connection.voidPromise()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      heardAt = nanoTime.getAsLong();
      context.fireChannelRead(bytes);
    }
  }

  /// Closes several at once, because finding them means asking all.
  private void shed(Guest spared) {
    record Candidate(Guest guest, Standing standing, long silence) {}
    long now = nanoTime.getAsLong();
    int count = open.size() - most + most / SHARE_PER_ROUND;
    var leaving = open.values().stream().filter(guest -> guest != spared)
        .map(guest -> new Candidate(guest, guest.standing, now - guest.heardAt))
        .sorted(Comparator.comparing(Candidate::standing)
            .thenComparing(Comparator.comparingLong(Candidate::silence).reversed()))
        .limit(count).map(Candidate::guest).toList();
    for (Guest guest : leaving) {
      if (open.remove(guest.from, guest)) {
        shed.increment();
        guest.hangUp();
      }
    }
  }

  @Override
  public Attributes transportReady(Attributes transport) {
    rise(transport, Standing.SHOOK_HANDS);
    return transport;
  }

  /// To be the last interceptor: what comes here was let in.
  @Override
  public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
      ServerCallHandler<Q, A> next) {
    rise(call.getAttributes(), Standing.LET_IN);
    return next.startCall(call, headers);
  }

  private void rise(Attributes transport, Standing standing) {
    SocketAddress from = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    Guest guest = from == null ? null : open.get(from);
    if (guest != null) {
      guest.standing = standing;
    }
  }

  /// Ends the threads of connections, once the server has ended.
  @Override
  public void close() {
    var _ = accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}

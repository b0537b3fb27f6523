package dev.marmoset.server;

import dev.marmoset.proto.thanos.info.InfoGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Remembers when a querier last asked for Info, so that a stop knows whether anybody has to see it. Thread-safe.
final class PollWatch implements ServerInterceptor {
  private static final long NEVER = Long.MIN_VALUE;

  private final LongSupplier nanoTime;
  private volatile long lastPoll = NEVER;

  /// @param nanoTime monotonic time in ns
  PollWatch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Whether somebody polled within the last `span`.
  boolean polledWithin(Duration span) {
    long last = lastPoll;
    return last != NEVER && nanoTime.getAsLong() - last <= span.toNanos();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
      ServerCallHandler<Q, A> next) {
    if (InfoGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
      lastPoll = nanoTime.getAsLong();
    }
    return next.startCall(call, headers);
  }
}

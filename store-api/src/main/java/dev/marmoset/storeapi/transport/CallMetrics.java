package dev.marmoset.storeapi.transport;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Counts and times every gRPC call under the names that Thanos dashboards read: `grpc_server_started_total`,
/// `grpc_server_handled_total` and `grpc_server_handling_seconds`. Thread-safe.
public final class CallMetrics implements ServerInterceptor {
  /// Upper bounds of the duration buckets: those of go-grpc-middleware, so that panels look alike.
  private static final Duration[] BUCKETS =
      {Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofMillis(100),
        Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofSeconds(1), Duration.ofSeconds(3),
        Duration.ofSeconds(6), Duration.ofSeconds(9), Duration.ofSeconds(20), Duration.ofSeconds(30),
        Duration.ofSeconds(60), Duration.ofSeconds(90), Duration.ofSeconds(120)};

  private final MeterRegistry registry;
  private final Map<String, MethodMeters> methods = new ConcurrentHashMap<>();

  /// @param registry receives the meters
  public CallMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
      ServerCallHandler<Q, A> next) {
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    MethodMeters meters = methods.computeIfAbsent(method.getFullMethodName(), _ -> new MethodMeters(method));
    meters.started.increment();
    var running = new RunningCall(meters);
    var counted = new SimpleForwardingServerCall<Q, A>(call) {
      @Override
      public void close(Status status, Metadata trailers) {
        running.end(status.getCode());
        super.close(status, trailers);
      }
    };
    return new SimpleForwardingServerCallListener<Q>(next.startCall(counted, headers)) {
      @Override
      public void onCancel() {
        running.end(Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  /// The name of a code as Go prints it, which is what dashboards select: `OK`, `Canceled`, `ResourceExhausted`.
  static String codeName(Status.Code code) {
    return switch (code) {
      case OK -> "OK";
      case CANCELLED -> "Canceled";
      case UNKNOWN -> "Unknown";
      case INVALID_ARGUMENT -> "InvalidArgument";
      case DEADLINE_EXCEEDED -> "DeadlineExceeded";
      case NOT_FOUND -> "NotFound";
      case ALREADY_EXISTS -> "AlreadyExists";
      case PERMISSION_DENIED -> "PermissionDenied";
      case RESOURCE_EXHAUSTED -> "ResourceExhausted";
      case FAILED_PRECONDITION -> "FailedPrecondition";
      case ABORTED -> "Aborted";
      case OUT_OF_RANGE -> "OutOfRange";
      case UNIMPLEMENTED -> "Unimplemented";
      case INTERNAL -> "Internal";
      case UNAVAILABLE -> "Unavailable";
      case DATA_LOSS -> "DataLoss";
      case UNAUTHENTICATED -> "Unauthenticated";
    };
  }

  private static String typeName(MethodDescriptor.MethodType type) {
    return switch (type) {
      case UNARY -> "unary";
      case CLIENT_STREAMING -> "client_stream";
      case SERVER_STREAMING -> "server_stream";
      case BIDI_STREAMING -> "bidi_stream";
      case UNKNOWN -> "unknown";
    };
  }

  /// The meters of one method.
  private final class MethodMeters {
    private final Tags tags;
    private final Counter started;
    private final Timer handling;

    MethodMeters(MethodDescriptor<?, ?> method) {
      tags = Tags.of("grpc_type", typeName(method.getType()),
          "grpc_service", Objects.requireNonNullElse(method.getServiceName(), "unknown"),
          "grpc_method", Objects.requireNonNullElse(method.getBareMethodName(), "unknown"));
      started = Counter.builder("grpc.server.started").tags(tags)
          .description("gRPC calls begun").register(registry);
      handling = Timer.builder("grpc.server.handling").tags(tags).serviceLevelObjectives(BUCKETS)
          .description("time until gRPC calls were closed").register(registry);
    }

    MeterRegistry registry() {
      return registry;
    }

    void handled(Status.Code code, Timer.Sample handled) {
      handled.stop(handling);
      Counter.builder("grpc.server.handled").tags(tags.and("grpc_code", codeName(code)))
          .description("gRPC calls ended, by status code").register(registry).increment();
    }
  }

  /// One call; ends once, either by being closed here or by being cancelled from the other side.
  private static final class RunningCall {
    private final MethodMeters meters;
    private final Timer.Sample handled;
    private final AtomicBoolean ended = new AtomicBoolean();

    RunningCall(MethodMeters meters) {
      this.meters = meters;
      this.handled = Timer.start(meters.registry());
    }

    void end(Status.Code code) {
      if (ended.compareAndSet(false, true)) {
        meters.handled(code, handled);
      }
    }
  }
}

package dev.marmoset.storeapi;

import dev.marmoset.query.LimitExceededException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs calls on threads that may block, and ends them, whatever happens. Thread-safe.
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  private final StoreReadiness readiness;
  private final StoreMetrics metrics;
  private final Executor executor;

  /// @param executor one thread per call; virtual threads in production
  Calls(StoreReadiness readiness, StoreMetrics metrics, Executor executor) {
    this.readiness = readiness;
    this.metrics = metrics;
    this.executor = executor;
  }

  /// The work of one call.
  interface Call {
    /// Sends the answer; false if the caller is gone and nothing is left to be said.
    boolean answered() throws Exception;
  }

  /// Runs a call, unless the store does not serve now.
  void answer(StreamObserver<?> observer, Call call) {
    if (!readiness.serving()) {
      observer.onError(StatusMapping.unavailable(readiness.reason()).asRuntimeException());
      return;
    }
    executor.execute(() -> run(observer, call));
  }

  private void run(StreamObserver<?> observer, Call call) {
    try {
      if (call.answered()) {
        observer.onCompleted();
      }
    } catch (LimitExceededException e) {
      metrics.dropped(e.limit());
      observer.onError(StatusMapping.of(e).asRuntimeException());
    } catch (Exception e) {
      Status status = StatusMapping.of(e);
      if (status.getCode() == Status.Code.INTERNAL) {
        LOG.error("answering a StoreAPI call", e);
      }
      observer.onError(status.asRuntimeException());
    }
  }
}

package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.LabelNamesRequest;
import dev.marmoset.proto.thanos.LabelNamesResponse;
import dev.marmoset.proto.thanos.LabelValuesRequest;
import dev.marmoset.proto.thanos.LabelValuesResponse;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.StoreGrpc;
import dev.marmoset.query.LimitExceededException;
import dev.marmoset.query.OrderedSeriesSet;
import dev.marmoset.query.Select;
import dev.marmoset.query.SeriesSelector;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storeapi.BackpressuredStream.SendFailedException;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service `thanos.Store`. Calls are answered on the given executor, never on gRPC's threads, because they block:
/// on admission, on storage and on slow readers.
final class StoreService implements BindableService {
  private static final Logger LOG = LoggerFactory.getLogger(StoreService.class);

  /// `Series` as upstream defines it, but answered with frames that are encoded already.
  private static final MethodDescriptor<SeriesRequest, SeriesFrame> SERIES = StoreGrpc.getSeriesMethod()
      .toBuilder(StoreGrpc.getSeriesMethod().getRequestMarshaller(), SeriesFrame.MARSHALLER).build();

  private final SeriesSelector selector;
  private final SelectTranslator translator;
  private final LabelAnswers labels;
  private final StoreReadiness readiness;
  private final StoreMetrics metrics;
  private final Executor executor;

  /// @param executor one thread per call; virtual threads in production
  StoreService(SeriesSelector selector, SelectTranslator translator, LabelAnswers labels,
      StoreReadiness readiness,
      StoreMetrics metrics, Executor executor) {
    this.selector = selector;
    this.translator = translator;
    this.labels = labels;
    this.readiness = readiness;
    this.metrics = metrics;
    this.executor = executor;
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServiceDescriptor upstream = StoreGrpc.getServiceDescriptor();
    var service = ServiceDescriptor.newBuilder(upstream.getName()).addMethod(SERIES)
        .addMethod(StoreGrpc.getLabelNamesMethod()).addMethod(StoreGrpc.getLabelValuesMethod())
        .setSchemaDescriptor(upstream.getSchemaDescriptor()).build();
    return ServerServiceDefinition.builder(service)
        .addMethod(SERIES, ServerCalls.asyncServerStreamingCall(this::series))
        .addMethod(StoreGrpc.getLabelNamesMethod(), ServerCalls.asyncUnaryCall(this::labelNames))
        .addMethod(StoreGrpc.getLabelValuesMethod(), ServerCalls.asyncUnaryCall(this::labelValues)).build();
  }

  private void series(SeriesRequest request, StreamObserver<SeriesFrame> observer) {
    var stream = new BackpressuredStream<>((ServerCallStreamObserver<SeriesFrame>) observer);
    answer(observer, () -> {
      Optional<Select> select = translator.translate(request, stream::cancelled);
      return select.isEmpty() || send(request, select.get(), stream);
    });
  }

  private void labelNames(LabelNamesRequest request, StreamObserver<LabelNamesResponse> observer) {
    answer(observer, () -> {
      observer.onNext(LabelNamesResponse.newBuilder().addAllNames(labels.names(request)).build());
      return true;
    });
  }

  private void labelValues(LabelValuesRequest request, StreamObserver<LabelValuesResponse> observer) {
    answer(observer, () -> {
      observer.onNext(LabelValuesResponse.newBuilder().addAllValues(labels.values(request)).build());
      return true;
    });
  }

  private boolean send(SeriesRequest request, Select select, BackpressuredStream<SeriesFrame> stream)
      throws IOException, LimitExceededException, SendFailedException {
    var frames = new SeriesFrames(stream, request.getResponseBatchSize());
    long seriesSent = 0;
    long chunksSent = 0;
    try (OrderedSeriesSet series = selector.select(select)) {
      while (!stream.cancelled() && series.next()) {
        List<Chunk> chunks = request.getSkipChunks() ? List.of() : series.chunks();
        // Data may have been deleted since the selection, or lie behind the live tail.
        if (request.getSkipChunks() || !chunks.isEmpty()) {
          seriesSent++;
          chunksSent += chunks.size();
          if (!frames.add(series.labels(), chunks)) {
            return false;
          }
        }
      }
      metrics.answered(seriesSent, chunksSent);
      return frames.finish();
    }
  }

  /// Runs one call and ends it, whatever happens.
  private void answer(StreamObserver<?> observer, Call call) {
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

  /// The work of one call.
  private interface Call {
    /// Sends the answer; false if the caller is gone and nothing is left to be said.
    boolean answered() throws Exception;
  }
}

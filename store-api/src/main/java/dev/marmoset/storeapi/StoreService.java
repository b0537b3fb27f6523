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
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The service `thanos.Store`. Calls are answered by [Calls], never on gRPC's threads, because they block:
/// on admission, on storage and on slow readers.
final class StoreService implements BindableService {
  /// `Series` as upstream defines it, but answered with frames that are encoded already.
  private static final MethodDescriptor<SeriesRequest, SeriesFrame> SERIES = StoreGrpc.getSeriesMethod()
      .toBuilder(StoreGrpc.getSeriesMethod().getRequestMarshaller(), SeriesFrame.MARSHALLER).build();

  private final SeriesSelector selector;
  private final SelectTranslator translator;
  private final LabelAnswers labels;
  private final StoreMetrics metrics;
  private final Calls calls;

  StoreService(SeriesSelector selector, SelectTranslator translator, LabelAnswers labels,
      StoreMetrics metrics,
      Calls calls) {
    this.selector = selector;
    this.translator = translator;
    this.labels = labels;
    this.metrics = metrics;
    this.calls = calls;
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
    calls.answer(observer, () -> {
      Optional<Select> select = translator.translate(request, stream::cancelled);
      return select.isEmpty() || send(request, select.get(), stream);
    });
  }

  private void labelNames(LabelNamesRequest request, StreamObserver<LabelNamesResponse> observer) {
    calls.answer(observer, () -> {
      observer.onNext(LabelNamesResponse.newBuilder().addAllNames(labels.names(request)).build());
      return true;
    });
  }

  private void labelValues(LabelValuesRequest request, StreamObserver<LabelValuesResponse> observer) {
    calls.answer(observer, () -> {
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
}

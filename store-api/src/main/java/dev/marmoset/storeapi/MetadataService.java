package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.Meta;
import dev.marmoset.proto.thanos.MetadataGrpc;
import dev.marmoset.proto.thanos.MetricMetadataEntry;
import dev.marmoset.proto.thanos.MetricMetadataRequest;
import dev.marmoset.proto.thanos.MetricMetadataResponse;
import dev.marmoset.storage.MetadataStore;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storeapi.BackpressuredStream.SendFailedException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// The service `thanos.Metadata`. An answer without families has no frame: a frame without metadata is an error for
/// the querier.
final class MetadataService extends MetadataGrpc.MetadataImplBase {
  /// Families of one frame: 4 MiB, which is what gRPC clients take by default, when each has the 4 KiB that ingest takes.
  private static final int FRAME = 1000;
  /// By number of the type, as `/api/v1/metadata` spells them.
  private static final List<String> TYPES = List.of("unknown", "counter", "gauge", "histogram",
      "gaugehistogram", "summary", "info", "stateset");

  private final MetadataStore store;
  private final Calls calls;

  MetadataService(MetadataStore store, Calls calls) {
    this.store = store;
    this.calls = calls;
  }

  @Override
  public void metricMetadata(MetricMetadataRequest request,
      StreamObserver<MetricMetadataResponse> observer) {
    var stream = new BackpressuredStream<>((ServerCallStreamObserver<MetricMetadataResponse>) observer);
    calls.answer(observer, () -> send(request, stream));
  }

  private boolean send(MetricMetadataRequest request, BackpressuredStream<MetricMetadataResponse> stream)
      throws SendFailedException {
    int limit = request.getLimit() < 0 ? Integer.MAX_VALUE : request.getLimit();
    List<MetricMetadata> families = store.metadata(request.getMetric(), limit);
    for (int from = 0; from < families.size(); from += FRAME) {
      if (!stream.send(frame(families.subList(from, Math.min(families.size(), from + FRAME))))) {
        return false;
      }
    }
    return true;
  }

  private static MetricMetadataResponse frame(List<MetricMetadata> families) {
    var frame = MetricMetadataResponse.newBuilder();
    for (MetricMetadata family : families) {
      frame.getMetadataBuilder().putMetadata(family.family(),
          MetricMetadataEntry.newBuilder().addMetas(Meta.newBuilder().setType(type(family.type()))
              .setHelp(family.help()).setUnit(family.unit())).build());
    }
    return frame.build();
  }

  private static String type(int number) {
    return number < TYPES.size() ? TYPES.get(number) : TYPES.getFirst();
  }
}

package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.info.ExemplarsInfo;
import dev.marmoset.proto.thanos.info.InfoGrpc;
import dev.marmoset.proto.thanos.info.InfoRequest;
import dev.marmoset.proto.thanos.info.InfoResponse;
import dev.marmoset.proto.thanos.info.MetricMetadataInfo;
import dev.marmoset.proto.thanos.info.StoreInfo;
import dev.marmoset.proto.thanos.info.TSDBInfo;
import dev.marmoset.storage.Storage;
import io.grpc.stub.StreamObserver;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Tells queriers which labels and times this store has.
///
/// Every querier asks every 5 s with a timeout of 5 s, and one miss drops the store from its queries without a trace.
/// So the answer is computed beforehand, by [#refresh] on another thread, and a call only hands it out.
final class InfoService extends InfoGrpc.InfoImplBase {
  /// What the querier's store list calls us; as `receive` it expects no unique labels of us.
  private static final String COMPONENT = "receive";

  private final Storage storage;
  private final ExternalLabels external;
  private final LongSupplier minTime;
  private final StoreReadiness readiness;
  private volatile @Nullable InfoResponse answer;

  InfoService(Storage storage, ExternalLabels external, LongSupplier minTime, StoreReadiness readiness) {
    this.storage = storage;
    this.external = external;
    this.minTime = minTime;
    this.readiness = readiness;
  }

  /// Computes the answer anew. May wait for storage.
  void refresh() {
    // Without data the oldest time is the end of time: a querier then has no reason to ask.
    long oldest = Math.max(storage.oldestTime(), minTime.getAsLong());
    var info = InfoResponse.newBuilder()
        .setComponentType(COMPONENT)
        .setMetricMetadata(MetricMetadataInfo.getDefaultInstance())
        // Times are left out, as upstream's receiver does: nobody prunes by them.
        .setExemplars(ExemplarsInfo.getDefaultInstance())
        .setStore(StoreInfo.newBuilder()
            .setMinTime(oldest)
            .setMaxTime(Long.MAX_VALUE)
            .setSupportsSharding(true)
            .setSupportsWithoutReplicaLabels(true)
            .addTsdbInfos(TSDBInfo.newBuilder()
                .setLabels(external.toWire())
                .setMinTime(oldest)
                .setMaxTime(Long.MAX_VALUE)));
    if (!external.labels().isEmpty()) {
      info.addLabelSets(external.toWire());
    }
    answer = info.build();
  }

  @Override
  public void info(InfoRequest request, StreamObserver<InfoResponse> observer) {
    InfoResponse current = answer;
    if (!readiness.announced()) {
      observer.onError(StatusMapping.unavailable(readiness.reason()).asRuntimeException());
    } else if (current == null) {
      observer.onError(StatusMapping.unavailable("the times served are not known yet").asRuntimeException());
    } else {
      observer.onNext(current);
      observer.onCompleted();
    }
  }
}

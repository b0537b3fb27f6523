package dev.marmoset.conformance;

import dev.marmoset.proto.thanos.ExemplarData;
import dev.marmoset.proto.thanos.ExemplarsGrpc;
import dev.marmoset.proto.thanos.ExemplarsRequest;
import dev.marmoset.proto.thanos.MetadataGrpc;
import dev.marmoset.proto.thanos.MetricMetadataRequest;
import io.grpc.Channel;
import java.util.Map;
import java.util.TreeMap;

/// What a store serves besides samples, as a querier sees it.
///
/// @param exemplars the frame of each series, by its labels
/// @param metadata  type of each family
record Annotations(Map<String, ExemplarData> exemplars, Map<String, String> metadata) {
  /// Family whose metadata is sent for the sake of a commit and told to nobody.
  static final String SIGN = "sign_of_life";

  /// Asks for all there are.
  static Annotations of(Channel channel) {
    var exemplars = new TreeMap<String, ExemplarData>();
    ExemplarsGrpc.newBlockingStub(channel)
        .exemplars(ExemplarsRequest.newBuilder().setQuery("{}").setStart(0).setEnd(Long.MAX_VALUE).build())
        .forEachRemaining(
            frame -> exemplars.put(frame.getData().getSeriesLabels().toString(), frame.getData()));
    var metadata = new TreeMap<String, String>();
    MetadataGrpc.newBlockingStub(channel)
        .metricMetadata(MetricMetadataRequest.newBuilder().setLimit(-1).build())
        .forEachRemaining(frame -> frame.getMetadata().getMetadataMap()
            .forEach((family, entry) -> metadata.put(family, entry.getMetas(0).getType())));
    metadata.remove(SIGN);
    return new Annotations(exemplars, metadata);
  }
}

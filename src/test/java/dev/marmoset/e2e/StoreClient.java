package dev.marmoset.e2e;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Chunk;
import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.StoreGrpc;
import dev.marmoset.storage.chunk.XorIterator;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Reads float samples over the StoreAPI, as a querier does.
public final class StoreClient implements AutoCloseable {
  private final ManagedChannel channel;

  /// @param address gRPC host and port
  public StoreClient(String address) {
    channel = NettyChannelBuilder.forTarget(address).usePlaintext().maxInboundMessageSize(64 << 20).build();
  }

  /// All samples with the metric name `name`: value bits by time in ms, by label set.
  ///
  /// @param mint ms since the epoch, inclusive
  /// @param maxt ms since the epoch, inclusive
  /// @throws IllegalStateException if an answer is not what the StoreAPI promises: a warning, a series or a sample
  ///                               twice, a chunk that cannot be read
  public Map<Map<String, String>, NavigableMap<Long, Long>> samples(String name, long mint, long maxt) {
    var request = SeriesRequest.newBuilder()
        .setMinTime(mint)
        .setMaxTime(maxt)
        .addMatchers(
            LabelMatcher.newBuilder().setType(LabelMatcher.Type.EQ).setName("__name__").setValue(name))
        .addWithoutReplicaLabels("marmoset_replica")
        .build();
    var samples = new HashMap<Map<String, String>, NavigableMap<Long, Long>>();
    StoreGrpc.newBlockingStub(channel).withDeadlineAfter(3, TimeUnit.MINUTES).series(request)
        .forEachRemaining(response -> {
          switch (response.getResultCase()) {
            case SERIES -> add(samples, response.getSeries());
            case BATCH -> response.getBatch().getSeriesList().forEach(series -> add(samples, series));
            case HINTS -> {}
            case WARNING, RESULT_NOT_SET ->
              throw new IllegalStateException("reading " + name + ": " + response);
          }
        });
    return samples;
  }

  /// One series may come in several messages; each of its samples comes once.
  private static void add(Map<Map<String, String>, NavigableMap<Long, Long>> samples, Series series) {
    Map<String, String> labels = series.getLabelsList().stream()
        .collect(Collectors.toUnmodifiableMap(Label::getName, Label::getValue));
    var times = samples.computeIfAbsent(labels, _ -> new TreeMap<>());
    for (AggrChunk chunk : series.getChunksList()) {
      addChunk(times, labels, chunk.getRaw());
    }
  }

  private static void addChunk(Map<Long, Long> times, Map<String, String> labels, Chunk chunk) {
    if (chunk.getType() != Chunk.Encoding.XOR) {
      throw new IllegalStateException(
          "reading " + labels + ": expected float chunks, got " + chunk.getType());
    }
    byte[] data = chunk.getData().toByteArray();
    var iterator = new XorIterator().reset(data, 0, data.length);
    while (iterator.next()) {
      if (times.put(iterator.time(), iterator.valueBits()) != null) {
        throw new IllegalStateException("reading " + labels + ": two samples at " + iterator.time());
      }
    }
    iterator.corruption().ifPresent(what -> {
      throw new IllegalStateException("reading a chunk of " + labels + ": " + what);
    });
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

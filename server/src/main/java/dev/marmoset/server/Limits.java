package dev.marmoset.server;

import dev.marmoset.ingest.IngestLimits;
import dev.marmoset.ingest.IngestLimits.LabelLimits;
import dev.marmoset.ingest.RemoteWriteHandler;
import dev.marmoset.ingest.body.BodyLimits;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.server.config.Flags;
import dev.marmoset.server.config.ServerConfig;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storeapi.StoreApiOptions;
import dev.marmoset.storeapi.StoreApiOptions.Admission;
import java.time.Duration;
import java.util.Optional;

/// How much reads and writes may take, from the configuration and the heap of this JVM.
final class Limits {
  /// thanos-query holds an answer in memory itself; one that is larger comes from a mistaken query.
  private static final long MAX_ANSWER_BYTES = 1L << 30;
  /// What a querier runs at a time by default (`query.max-concurrent`).
  private static final int MAX_RUNNING_SELECTS = 20;
  private static final int MIN_RUNNING_SELECTS = 4;
  /// A select needs 2 MiB for its frames and room for its series.
  private static final long SELECT_BYTES = 4L << 20;
  private static final Duration SELECT_PATIENCE = Duration.ofSeconds(30);
  /// Shares of the heap: running selects a quarter, bodies a third.
  private static final int SELECT_SHARE = 4;
  private static final int BODY_SHARE = 3;

  private Limits() {}

  /// What one write may carry and all together may hold.
  static RemoteWriteHandler.Options ofWrites(ServerConfig config) {
    var receive = config.receive();
    long bodies = Math.max((long) receive.maxBodyBytes() + receive.maxDecodedBytes(), heap() / BODY_SHARE);
    var defaults = IngestLimits.defaults();
    var limits = new IngestLimits(new BodyLimits(receive.maxBodyBytes(), receive.maxDecodedBytes(), bodies),
        new LabelLimits(receive.maxLabels(), receive.maxNameBytes(), receive.maxValueBytes(),
            receive.maxSetBytes()),
        defaults.maxSamples(), defaults.commitTimeout());
    // Without a replica label of our own, series of others must still not carry the usual one.
    String replica = config.identity().replicaLabel();
    return new RemoteWriteHandler.Options(limits, receive.successStatus(),
        replica.isEmpty() ? Flags.REPLICA_LABEL.defaultText() : replica);
  }

  /// What one select may answer and all together may hold.
  static StoreApiOptions ofReads(ServerConfig config, ReplicaIdentity identity) {
    long budget = heap() / SELECT_SHARE;
    int running = Math.clamp(budget / SELECT_BYTES, MIN_RUNNING_SELECTS, MAX_RUNNING_SELECTS);
    String name = config.identity().replicaLabel();
    Optional<Label> replica =
        name.isEmpty() ? Optional.empty() : Optional.of(new Label(name, identity.value()));
    return new StoreApiOptions(config.identity().externalLabels(), replica, config.store().liveTail(),
        () -> Long.MIN_VALUE,
        new QueryLimits(config.store().requestSeries(), config.store().requestSamples(), MAX_ANSWER_BYTES),
        new Admission(running, SELECT_PATIENCE, budget));
  }

  private static long heap() {
    return Runtime.getRuntime().maxMemory();
  }
}

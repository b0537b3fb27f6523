package dev.marmoset.server;

import dev.marmoset.ingest.Tenancy;
import dev.marmoset.ingest.WriteOptions;
import dev.marmoset.ingest.WriteOptions.Statuses;
import dev.marmoset.ingest.account.SenderLimits;
import dev.marmoset.ingest.body.BodyLimits;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.ingest.decode.IngestLimits.LabelLimits;
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
  /// Shares of the heap: running selects a quarter, bodies a third, messages of routers a sixth.
  private static final int SELECT_SHARE = 4;
  private static final int BODY_SHARE = 3;
  private static final int ROUTED_SHARE = 6;
  private static final int DECODED_SHARE = 8;
  private static final long LEAST_DECODED_BYTES = 8L << 20;
  /// What the largest message may take beyond its size while it is read.
  private static final long MESSAGE_SLACK = 9L << 20;

  private Limits() {}

  /// What one write may carry and all together may hold, and how it is answered.
  static WriteOptions ofWrites(ServerConfig config) {
    var receive = config.receive();
    var sizes = receive.sizes();
    int decoded = decodedBytes(config);
    int body = Math.min(sizes.maxBodyBytes(), decoded);
    long bodies = Math.max((long) body + decoded, heap() / BODY_SHARE);
    var limits = new IngestLimits(new BodyLimits(body, decoded, bodies),
        new LabelLimits(sizes.maxLabels(), sizes.maxNameBytes(), sizes.maxValueBytes(), sizes.maxSetBytes()),
        sizes.maxSamples(), IngestLimits.defaults().commitTimeout());
    // Without a replica label of our own, series of others must still not carry the usual one.
    String replica = config.identity().replicaLabel();
    var tenants = receive.tenants();
    Optional<Tenancy> tenancy = tenants.label().isEmpty() ? Optional.empty()
        : Optional.of(new Tenancy(tenants.label(), tenants.defaultTenant()));
    return new WriteOptions(limits, new Statuses(receive.successStatus(), receive.rejectStatus()),
        replica.isEmpty() ? Flags.REPLICA_LABEL.defaultText() : replica, tenancy);
  }

  /// Bytes that the messages of routers may hold, besides what their writes hold as all writes do.
  static long routedBytes(ServerConfig config) {
    return Math.max(decodedBytes(config) + MESSAGE_SLACK, heap() / ROUTED_SHARE);
  }

  /// The largest decoded body: a few of them at once must leave a small heap its room.
  static int decodedBytes(ServerConfig config) {
    long share = Math.max(LEAST_DECODED_BYTES, heap() / DECODED_SHARE);
    return (int) Math.min(config.receive().sizes().maxDecodedBytes(), share);
  }

  /// What one sender may send and all of them may create.
  static SenderLimits ofSenders(ServerConfig config) {
    var senders = config.receive().senders();
    return new SenderLimits(senders.samplesPerSecond(), senders.seriesPerDay(), senders.newSeriesPerSecond());
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

package dev.marmoset.ingest;

import dev.marmoset.ingest.account.Tally;
import dev.marmoset.ingest.decode.RejectReason;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.verdict.WriteOutcome;
import dev.marmoset.ingest.verdict.WriteStats;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/// Counters of the write path, by sender, protocol and reason. Thread-safe.
///
/// | meter (Prometheus name)                    | labels           |
/// |--------------------------------------------|------------------|
/// | `marmoset_ingest_requests_total`           | protocol, code   |
/// | `marmoset_ingest_sender_requests_total`    | code, sender     |
/// | `marmoset_ingest_refused_requests_total`   | reason, sender   |
/// | `marmoset_ingest_samples_total`            | protocol, sender |
/// | `marmoset_ingest_same_again_samples_total` | sender           |
/// | `marmoset_ingest_late_samples_total`       | sender           |
/// | `marmoset_ingest_rejected_samples_total`   | reason, sender   |
/// | `marmoset_ingest_unsorted_total`           | sender           |
/// | `marmoset_ingest_lenient_requests_total`   | kind, sender     |
/// | `marmoset_ingest_exemplars_total`          | protocol, sender |
/// | `marmoset_ingest_dropped_exemplars_total`  | sender           |
/// | `marmoset_ingest_dropped_metadata_total`   | sender           |
/// | `thanos_receive_write_timeseries`          | code, tenant     |
/// | `thanos_receive_write_samples`             | code, tenant     |
///
/// The last two are histograms over requests, with the buckets of Thanos Receive, whose dashboards read them; of the
/// tenants the first [#MAX_TENANTS] are told apart.
///
/// A sender is the name of its account, of which [dev.marmoset.ingest.account.Senders] bounds the number.
final class IngestMetrics {
  /// Tenant of who names none, as Thanos calls it.
  static final String DEFAULT_TENANT = "default-tenant";
  /// Of which each has 20 series per status.
  private static final int MAX_TENANTS = 50;
  private static final int MAX_TENANT_CHARS = 128;
  private static final String OTHER_TENANTS = "other";
  private static final double[] PER_REQUEST = {10, 50, 100, 500, 1000, 5000, 10_000};

  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, TenantMeters> tenants = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, ConcurrentHashMap<Integer, Counter>> answers =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, SenderMeters> senders = new ConcurrentHashMap<>();

  /// Counters that are registered as they are first used.
  IngestMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Counts an answer.
  ///
  /// @param protocol version of the message, or `unknown`
  void answered(String sender, String protocol, int status) {
    meters(sender).answered(status).increment();
    var byStatus = answers.computeIfAbsent(protocol, _ -> new ConcurrentHashMap<>());
    byStatus.computeIfAbsent(status, code -> Counter.builder("marmoset.ingest.requests")
        .description("Write requests by answer.").tag("protocol", protocol)
        .tag("code", Integer.toString(code))
        .register(registry)).increment();
  }

  /// Counts what a decoded message held, whatever became of it.
  void received(String tenant, int status, int series, int samples) {
    TenantMeters meters = tenants.get(tenant);
    if (meters == null) {
      boolean known = tenants.size() < MAX_TENANTS && tenant.length() <= MAX_TENANT_CHARS;
      meters = tenants.computeIfAbsent(known ? tenant : OTHER_TENANTS, TenantMeters::new);
    }
    meters.received(status, series, samples);
  }

  /// Counts a request that was refused as a whole.
  void refusedWhole(String sender, RequestRefusal why) {
    meters(sender).refusedWhole(why).increment();
  }

  /// Counts what was accepted in a special way.
  void judged(String sender, Tally tally) {
    if (tally.sameAgain() > 0) {
      meters(sender).sameAgain().increment(tally.sameAgain());
    }
    if (tally.late() > 0) {
      meters(sender).late().increment(tally.late());
    }
  }

  /// Counts what counts as written.
  void written(String sender, WireVersion version, WriteOutcome.Written written) {
    SenderMeters meters = meters(sender);
    meters.written(version).increment((double) written.samples() + written.histograms());
    if (written.exemplars() > 0) {
      meters.exemplars(version).increment(written.exemplars());
    }
  }

  /// Counts what was refused for good.
  void refused(String sender, Map<RejectReason, Integer> refused) {
    if (!refused.isEmpty()) {
      SenderMeters meters = meters(sender);
      refused.forEach((reason, count) -> meters.refused(reason).increment(count));
    }
  }

  /// Counts what was tolerated or left aside in a judged request.
  void tolerated(String sender, WriteBatch batch, WriteStats stats) {
    SenderMeters meters = meters(sender);
    if (stats.unsorted() > 0) {
      meters.unsorted.increment(stats.unsorted());
    }
    if (stats.renamed() > 0) {
      meters.lenient(Leniency.REPLICA_LABEL).increment();
    }
    int dropped = batch.exemplars().size() - stats.exemplars() - stats.refusedExemplars();
    if (dropped > 0) {
      meters.droppedExemplars.increment(dropped);
    }
    if (batch.droppedMetadata() > 0) {
      meters.droppedMetadata.increment(batch.droppedMetadata());
    }
  }

  /// Counts a request in which something was tolerated.
  void lenient(String sender, Leniency kind) {
    meters(sender).lenient(kind).increment();
  }

  private SenderMeters meters(String sender) {
    SenderMeters known = senders.get(sender);
    return known == null ? senders.computeIfAbsent(sender, SenderMeters::new) : known;
  }

  /// What one tenant has sent, by status of the answer.
  private final class TenantMeters {
    private final String tenant;
    private final ConcurrentHashMap<Integer, DistributionSummary> series = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, DistributionSummary> samples = new ConcurrentHashMap<>();

    TenantMeters(String tenant) {
      this.tenant = tenant;
    }

    void received(int status, int seriesCount, int sampleCount) {
      series.computeIfAbsent(status, code -> summary("timeseries", "Series in a write request.", code))
          .record(seriesCount);
      samples.computeIfAbsent(status,
          code -> summary("samples", "Samples and histograms in a write request.", code)).record(sampleCount);
    }

    private DistributionSummary summary(String name, String help, int status) {
      return DistributionSummary.builder("thanos.receive.write." + name).description(help)
          .serviceLevelObjectives(PER_REQUEST).tag("code", Integer.toString(status)).tag("tenant", tenant)
          .register(registry);
    }
  }

  /// The counters of one sender, registered when first used.
  private final class SenderMeters {
    private final String sender;
    private final Counter unsorted;
    private final Counter droppedExemplars;
    private final Counter droppedMetadata;
    private final AtomicReferenceArray<Counter> exemplars =
        new AtomicReferenceArray<>(WireVersion.values().length);
    private final AtomicReferenceArray<Counter> samples =
        new AtomicReferenceArray<>(WireVersion.values().length);
    private final AtomicReferenceArray<Counter> refused =
        new AtomicReferenceArray<>(RejectReason.values().length);
    private final AtomicReferenceArray<Counter> lenient =
        new AtomicReferenceArray<>(Leniency.values().length);
    private final AtomicReferenceArray<Counter> whole =
        new AtomicReferenceArray<>(RequestRefusal.values().length);
    private final AtomicReferenceArray<Counter> kinds = new AtomicReferenceArray<>(2);
    private final ConcurrentHashMap<Integer, Counter> byStatus = new ConcurrentHashMap<>();

    SenderMeters(String sender) {
      this.sender = sender;
      unsorted = builder("unsorted", "Series whose labels came unsorted.").register(registry);
      droppedExemplars = builder("dropped.exemplars",
          "Exemplars that were neither kept nor refused: of a series that is refused, or none are kept.")
          .register(registry);
      droppedMetadata = builder("dropped.metadata",
          "Metadata that was not kept: without a family, over 4 KiB, or not UTF-8.").register(registry);
    }

    Counter answered(int status) {
      return byStatus.computeIfAbsent(status, code -> builder("sender.requests",
          "Write requests by sender and answer.").tag("code", Integer.toString(code)).register(registry));
    }

    Counter refusedWhole(RequestRefusal why) {
      return cached(whole, why.ordinal(), () -> builder("refused.requests",
          "Requests refused or put off as a whole.").tag("reason", why.tag()));
    }

    Counter sameAgain() {
      return cached(kinds, 0, () -> builder("same.again.samples",
          "Of the samples that count as written, those that equal the newest one held of their series."));
    }

    Counter late() {
      return cached(kinds, 1, () -> builder("late.samples",
          "Of the samples that count as written, those older than the newest one held of their series."));
    }

    Counter written(WireVersion version) {
      return cached(samples, version.ordinal(), () -> builder("samples", "Samples that count as written.")
          .tag("protocol", version.number()));
    }

    Counter exemplars(WireVersion version) {
      return cached(exemplars, version.ordinal(),
          () -> builder("exemplars", "Exemplars that count as written.").tag("protocol", version.number()));
    }

    Counter refused(RejectReason reason) {
      return cached(refused, reason.ordinal(),
          () -> builder("rejected.samples", "Samples and exemplars refused for good.")
              .tag("reason", reason.tag()));
    }

    Counter lenient(Leniency kind) {
      return cached(lenient, kind.ordinal(), () -> builder("lenient.requests",
          "Requests in which something was tolerated.").tag("kind", kind.tag()));
    }

    /// A race registers twice, which the registry answers with the same counter.
    private Counter cached(AtomicReferenceArray<Counter> cache, int index,
        Supplier<Counter.Builder> builder) {
      Counter counter = cache.get(index);
      if (counter == null) {
        counter = builder.get().register(registry);
        cache.set(index, counter);
      }
      return counter;
    }

    private Counter.Builder builder(String name, String help) {
      return Counter.builder("marmoset.ingest." + name).description(help).tag("sender", sender);
    }
  }
}

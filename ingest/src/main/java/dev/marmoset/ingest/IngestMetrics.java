package dev.marmoset.ingest;

import io.micrometer.core.instrument.Counter;
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
/// | `marmoset_ingest_samples_total`            | protocol, sender |
/// | `marmoset_ingest_rejected_samples_total`   | reason, sender   |
/// | `marmoset_ingest_unsorted_total`           | sender           |
/// | `marmoset_ingest_lenient_requests_total`   | kind, sender     |
/// | `marmoset_ingest_exemplars_total`          | protocol, sender |
/// | `marmoset_ingest_dropped_exemplars_total`  | sender           |
/// | `marmoset_ingest_dropped_metadata_total`   | sender           |
///
/// Senders are bounded: the first [#MAX_SENDERS] have names, the rest is `other`.
public final class IngestMetrics {
  /// Senders with a name of their own in the counters.
  static final int MAX_SENDERS = 100;
  private static final String OTHER = "other";
  private static final int MAX_SENDER_CHARS = 64;

  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, ConcurrentHashMap<Integer, Counter>> answers =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, SenderMeters> senders = new ConcurrentHashMap<>();

  /// Counters that are registered as they are first used.
  public IngestMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Counts an answer.
  ///
  /// @param protocol version of the message, or `unknown`
  void answered(String protocol, int status) {
    var byStatus = answers.computeIfAbsent(protocol, _ -> new ConcurrentHashMap<>());
    byStatus.computeIfAbsent(status, code -> Counter.builder("marmoset.ingest.requests")
        .description("Write requests by answer.").tag("protocol", protocol)
        .tag("code", Integer.toString(code))
        .register(registry)).increment();
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
    if (known != null) {
      return known;
    }
    boolean named = senders.size() < MAX_SENDERS && sender.length() <= MAX_SENDER_CHARS;
    String name = named ? sender : OTHER;
    return senders.computeIfAbsent(name, SenderMeters::new);
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

    SenderMeters(String sender) {
      this.sender = sender;
      unsorted = builder("unsorted", "Series whose labels came unsorted.").register(registry);
      droppedExemplars = builder("dropped.exemplars",
          "Exemplars that were neither kept nor refused: of a series that is not there or is refused, or none are kept.")
          .register(registry);
      droppedMetadata = builder("dropped.metadata",
          "Metadata that was not kept: without a family, over 4 KiB, or not UTF-8.").register(registry);
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

package dev.marmoset.ingest;

import dev.marmoset.ingest.account.Lateness;
import dev.marmoset.ingest.account.Receipt;
import dev.marmoset.ingest.account.Receipts;
import dev.marmoset.ingest.account.Sender;
import dev.marmoset.ingest.account.Senders;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The books of the write path: who sends, and what became of every request, as meters and as receipts. Thread-safe.
public final class Ledger {
  private final IngestMetrics metrics;
  private final Lateness lateness = new Lateness();
  private final Senders senders;
  private final Receipts receipts;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  /// @param registry meters are registered as they are first used
  /// @param clock    dates receipts
  /// @param nanoTime monotonic time, ns
  public Ledger(MeterRegistry registry, Senders senders, Receipts receipts, InstantSource clock,
      LongSupplier nanoTime) {
    this.metrics = new IngestMetrics(registry);
    this.senders = senders;
    this.receipts = receipts;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  IngestMetrics metrics() {
    return metrics;
  }

  /// How old late samples were when they came.
  public Lateness lateness() {
    return lateness;
  }

  Senders senders() {
    return senders;
  }

  /// Monotonic time, ns.
  long nanos() {
    return nanoTime.getAsLong();
  }

  /// Where a request is on its way, as far as the books are concerned.
  ///
  /// @param sender   its account
  /// @param protocol version of the message, or `unknown`
  /// @param tenant   what it names as its tenant, or the default one
  /// @param begun    when it came, ns of the monotonic time
  record Visit(Sender sender, String protocol, String tenant, long begun) {}

  /// What was read of a request.
  ///
  /// @param bytes   of the body
  /// @param series  in the message; negative when it was not decoded
  /// @param samples likewise, histograms included
  record Received(long bytes, int series, int samples) {
    /// A body that was not decoded.
    static Received undecoded(long bytes) {
      return new Received(bytes, -1, -1);
    }
  }

  /// Books an answer.
  void book(Visit visit, Answer answer, WriteResponse response, Received received) {
    String sender = visit.sender.name();
    metrics.answered(sender, visit.protocol, response.status());
    if (received.series >= 0) {
      metrics.received(visit.tenant, response.status(), received.series, received.samples);
    }
    String refusal = "";
    if (answer instanceof Answer.Refused refused) {
      refusal = refused.why().tag();
      metrics.refusedWhole(sender, refused.why());
    }
    metrics.judged(sender, answer.tally());
    if (receipts.keeps()) {
      receipts
          .add(new Receipt(clock.millis(), sender, visit.protocol, received.bytes, answer.tally(),
              response.status(),
              refusal, Duration.ofNanos(nanos() - visit.begun),
              response.body().isEmpty() ? answer.text() : response.body()));
    }
  }
}

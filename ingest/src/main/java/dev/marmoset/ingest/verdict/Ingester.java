package dev.marmoset.ingest.verdict;

import dev.marmoset.ingest.account.Lateness;
import dev.marmoset.ingest.account.Tally;
import dev.marmoset.ingest.decode.ExemplarColumn;
import dev.marmoset.ingest.decode.HistogramColumn;
import dev.marmoset.ingest.decode.IngestLimits.LabelLimits;
import dev.marmoset.ingest.decode.RejectReason;
import dev.marmoset.ingest.decode.Spellings;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.verdict.WriteOutcome.Written;
import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.chunk.histogram.HistogramFault;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.HistogramVerdict;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Gives every sample of a batch its verdict and hands the accepted ones to the log.
///
/// An open appender holds the head's lock. A batch of known series needs it once. When a series is not found by the
/// bytes it came with, the lock is released, the labels of all such series are validated and rewritten, and the batch
/// is judged with a second appender. Confined to one thread at a time.
public final class Ingester {
  private final Storage storage;
  private final LabelValidator validator;

  /// Judges with a validator of its own, which is confined to one thread as well.
  public Ingester(Storage storage, LabelValidator validator) {
    this.storage = storage;
    this.validator = validator;
  }

  /// What is known of a request before the fsync.
  ///
  /// @param commit    completes with the fsync
  /// @param ifDurable the outcome, provided that the commit is durable
  /// @param refused   refused samples by reason, likewise
  /// @param tally     all counts, likewise
  /// @param ages      how old late samples are, likewise; null when there are none
  public record Verdict(CompletableFuture<CommitOutcome> commit, WriteOutcome ifDurable,
      Map<RejectReason, Integer> refused, Tally tally, Lateness.@Nullable Counts ages) {}

  /// Judges a batch, queues what is accepted for the log, and does not wait for it.
  ///
  /// @param stats begun by this method; holds the counts afterwards
  /// @param gate  asked once per new series
  /// @return null when the batch is a conjecture that does not hold: nothing was judged, the message has to be read
  ///         again
  @Nullable
  public Verdict ingest(WriteBatch batch, WriteStats stats, SeriesGate gate) {
    stats.begin();
    CompletableFuture<CommitOutcome> commit = appendIfKnown(batch, stats);
    if (commit == null) {
      if (batch.isConjecture()) {
        return null;
      }
      canonicalise(batch, stats);
      commit = appendAll(batch, stats, gate);
    }
    return new Verdict(commit, outcome(batch, stats, validator.limits()), stats.refusals(), stats.tally(),
        stats.takeAges());
  }

  private @Nullable CompletableFuture<CommitOutcome> appendIfKnown(WriteBatch batch, WriteStats stats) {
    try (Appender appender = storage.appender()) {
      return resolved(appender, batch) ? append(appender, batch, stats, SeriesGate.OPEN) : null;
    }
  }

  private static boolean resolved(Appender appender, WriteBatch batch) {
    Spellings spellings = batch.spellings();
    if (!batch.isConjecture()) {
      return resolve(appender, batch);
    }
    return spellings == null ? resolveHashed(appender, batch) : resolveSpelt(appender, batch, spellings);
  }

  private CompletableFuture<CommitOutcome> appendAll(WriteBatch batch, WriteStats stats, SeriesGate gate) {
    try (Appender appender = storage.appender()) {
      resolve(appender, batch);
      return append(appender, batch, stats, gate);
    }
  }

  /// Looks all series up and answers whether all that are not refused were found.
  private static boolean resolve(Appender appender, WriteBatch batch) {
    boolean complete = true;
    int n = batch.series();
    for (int i = 0; i < n; i++) {
      if (batch.fault(i) == null) {
        long ref = appender.find(batch.region(i), batch.regionOffset(i), batch.regionLength(i));
        batch.ref(i, ref);
        complete &= ref >= 0;
        noteSpelling(appender, batch.spellings(), i, ref);
      }
    }
    return complete;
  }

  /// Looks all series up by their hashes and answers whether all were found; the first that was not ends it.
  private static boolean resolveHashed(Appender appender, WriteBatch batch) {
    int n = batch.series();
    for (int i = 0; i < n; i++) {
      long ref =
          appender.find(batch.hash(i), batch.region(i), batch.regionOffset(i), batch.regionLength(i));
      if (ref < 0) {
        return false;
      }
      batch.ref(i, ref);
    }
    return true;
  }

  /// Looks all series up by their symbols, first where the sender's order makes them expected.
  private static boolean resolveSpelt(Appender appender, WriteBatch batch, Spellings spellings) {
    int n = batch.series();
    long ref = Appender.UNKNOWN;
    for (int i = 0; i < n; i++) {
      long low = spellings.low(i);
      ref = appender.isSpelt(ref + 1, low) ? ref + 1 : appender.findSpelling(spellings.high(i), low);
      if (ref < 0) {
        return false;
      }
      batch.ref(i, ref);
    }
    return true;
  }

  /// Notes how a series that was found by its labels is spelt: the next request will find it by that.
  private static void noteSpelling(Appender appender, @Nullable Spellings spellings, int series, long ref) {
    if (spellings != null && ref >= 0 && !appender.isSpelt(ref, spellings.low(series))) {
      appender.noteSpelling(ref, spellings.high(series), spellings.low(series));
    }
  }

  private void canonicalise(WriteBatch batch, WriteStats stats) {
    for (int i = 0; i < batch.series(); i++) {
      if (batch.fault(i) == null && batch.ref(i) < 0) {
        RejectReason reason = validator.judge(batch.region(i), batch.regionOffset(i), batch.regionLength(i));
        if (reason == null) {
          batch.replaceRegion(i, validator.canonical(), validator.canonicalLength());
        } else {
          batch.refuse(i, reason);
        }
        if (validator.unsorted()) {
          stats.countUnsorted();
        }
        if (validator.renamed()) {
          stats.countRenamed();
        }
      }
    }
  }

  private static CompletableFuture<CommitOutcome> append(Appender appender, WriteBatch batch,
      WriteStats stats,
      SeriesGate gate) {
    stats.bounds(appender.minTime(), appender.maxTime());
    int n = batch.series();
    for (int i = 0; i < n; i++) {
      RejectReason fault = batch.fault(i);
      if (fault != null) {
        if (batch.sampleCount(i) > 0 || batch.exemplarsBind()) {
          stats.refuseSeries(fault, i, batch.sampleCount(i));
        }
      } else if (batch.ref(i) >= 0) {
        appendSeries(appender, batch, i, stats);
      } else {
        appendNew(appender, batch, i, stats, gate);
      }
    }
    for (MetricMetadata entry : batch.metadata()) {
      appender.appendMetadata(entry);
    }
    return appender.commit();
  }

  private static void appendSeries(Appender appender, WriteBatch batch, int series, WriteStats stats) {
    appendSamples(appender, batch, series, stats);
    if (batch.histogramStart(series) < batch.histogramEnd(series)) {
      appendHistograms(appender, batch, series, stats);
    }
    if (batch.exemplarStart(series) < batch.exemplarEnd(series)) {
      appendExemplars(appender, batch, series, stats);
    }
  }

  private static void appendSamples(Appender appender, WriteBatch batch, int series, WriteStats stats) {
    long ref = batch.ref(series);
    long newest = appender.newestTime(ref);
    int end = batch.sampleEnd(series);
    for (int i = batch.sampleStart(series); i < end; i++) {
      long t = batch.time(i);
      AppendResult verdict = appender.append(ref, t, batch.valueBits(i));
      if (verdict.accepted()) {
        stats.accept();
        newest = age(verdict, t, newest, stats);
      } else {
        stats.refuse(RejectReason.of(verdict), series, t);
      }
    }
  }

  /// Counts what is late or held already, and returns the newest time of the series so far.
  private static long age(AppendResult accepted, long t, long newest, WriteStats stats) {
    if (accepted == AppendResult.SAME_AGAIN) {
      stats.countSameAgain();
    } else if (t < newest) {
      stats.countLate(t);
    }
    return Math.max(t, newest);
  }

  private static void appendHistograms(Appender appender, WriteBatch batch, int series, WriteStats stats) {
    HistogramColumn histograms = batch.histograms();
    long newest = appender.newestTime(batch.ref(series));
    int end = batch.histogramEnd(series);
    for (int i = batch.histogramStart(series); i < end; i++) {
      long t = histograms.time(i);
      switch (histograms.verdict(i)) {
        case HistogramVerdict.Invalid(HistogramFault fault) -> stats.refuseHistogram(series, t, fault.text());
        case HistogramVerdict.Valid(HistogramSample sample) -> {
          AppendResult verdict = appender.appendHistogram(batch.ref(series), t, sample);
          if (verdict.accepted()) {
            stats.acceptHistogram();
            newest = age(verdict, t, newest, stats);
          } else {
            stats.refuse(RejectReason.of(verdict), series, t);
          }
        }
      }
    }
  }

  private static void appendExemplars(Appender appender, WriteBatch batch, int series, WriteStats stats) {
    int end = batch.exemplarEnd(series);
    for (int i = batch.exemplarStart(series); i < end; i++) {
      ExemplarColumn.Row row = batch.exemplars().row(i);
      if (!row.fault().isEmpty()) {
        stats.refuseExemplar(RejectReason.INVALID_EXEMPLAR, series, row, batch.exemplarsBind());
        continue;
      }
      AppendResult verdict =
          appender.appendExemplar(batch.ref(series), row.t(), row.valueBits(), row.labels());
      if (verdict.accepted()) {
        stats.acceptExemplar();
        if (verdict == AppendResult.SAME_AGAIN) {
          stats.countSameAgain();
        }
      } else if (verdict != AppendResult.NOT_KEPT) {
        stats.refuseExemplar(RejectReason.ofExemplar(verdict), series, row, batch.exemplarsBind());
      }
    }
  }

  /// Creates a series if one of its samples can be accepted; refused requests leave nothing behind.
  private static void appendNew(Appender appender, WriteBatch batch, int series, WriteStats stats,
      SeriesGate gate) {
    // An earlier series of the request may have been this one.
    long ref = appender.find(batch.region(series), batch.regionOffset(series), batch.regionLength(series));
    RejectReason refusal = RejectReason.SERIES_LIMIT;
    if (ref < 0 && anyAcceptable(appender.minTime(), appender.maxTime(), batch, series)) {
      RejectReason closed = gate.refusal();
      if (closed == null) {
        ref = appender.create(batch.region(series), batch.regionOffset(series), batch.regionLength(series));
      } else {
        refusal = closed;
      }
    }
    if (ref >= 0) {
      batch.ref(series, ref);
      appendSeries(appender, batch, series, stats);
    } else {
      refuseUncreated(appender, batch, series, stats, refusal);
    }
  }

  private static boolean anyAcceptable(long oldest, long newest, WriteBatch batch, int series) {
    for (int i = batch.sampleStart(series); i < batch.sampleEnd(series); i++) {
      if (batch.time(i) >= oldest && batch.time(i) <= newest) {
        return true;
      }
    }
    HistogramColumn histograms = batch.histograms();
    for (int i = batch.histogramStart(series); i < batch.histogramEnd(series); i++) {
      long t = histograms.time(i);
      if (t >= oldest && t <= newest && histograms.verdict(i) instanceof HistogramVerdict.Valid) {
        return true;
      }
    }
    return batch.exemplarsBind() && anyExemplarAcceptable(oldest, newest, batch, series);
  }

  /// In 2.0 exemplars may travel without a sample and must be written or refused.
  private static boolean anyExemplarAcceptable(long oldest, long newest, WriteBatch batch, int series) {
    for (int i = batch.exemplarStart(series); i < batch.exemplarEnd(series); i++) {
      ExemplarColumn.Row row = batch.exemplars().row(i);
      if (row.fault().isEmpty() && row.t() >= oldest && row.t() <= newest) {
        return true;
      }
    }
    return false;
  }

  /// Words the refusal of a series that was not created: a sample in the window is refused by a limit of series.
  private static void refuseUncreated(Appender appender, WriteBatch batch, int series, WriteStats stats,
      RejectReason limit) {
    for (int i = batch.sampleStart(series); i < batch.sampleEnd(series); i++) {
      stats.refuse(uncreatedReason(appender, batch.time(i), limit), series, batch.time(i));
    }
    HistogramColumn histograms = batch.histograms();
    for (int i = batch.histogramStart(series); i < batch.histogramEnd(series); i++) {
      long t = histograms.time(i);
      if (histograms.verdict(i) instanceof HistogramVerdict.Invalid(HistogramFault fault)) {
        stats.refuseHistogram(series, t, fault.text());
      } else {
        stats.refuse(uncreatedReason(appender, t, limit), series, t);
      }
    }
  }

  private static RejectReason uncreatedReason(Appender appender, long t, RejectReason limit) {
    if (t < appender.minTime()) {
      return RejectReason.TOO_OLD;
    }
    return t > appender.maxTime() ? RejectReason.TOO_NEW : limit;
  }

  private static WriteOutcome outcome(WriteBatch batch, WriteStats stats, LabelLimits limits) {
    var written = new Written(stats.samples(), stats.histograms(), stats.exemplars());
    if (stats.refusedTotal() == 0) {
      return new WriteOutcome.Accepted(written);
    }
    String text = RefusalText.of(batch, stats, limits);
    if (stats.refused(RejectReason.NEW_SERIES_RATE) > 0) {
      return new WriteOutcome.Throttled(written, text);
    }
    return stats.acceptedTotal() == 0 ? new WriteOutcome.Rejected(text)
        : new WriteOutcome.Partial(written, text);
  }
}

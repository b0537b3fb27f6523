package dev.marmoset.ingest.verdict;

import dev.marmoset.ingest.account.Lateness;
import dev.marmoset.ingest.account.Tally;
import dev.marmoset.ingest.decode.ExemplarColumn;
import dev.marmoset.ingest.decode.RejectReason;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What became of the samples of one request: counts, an example per reason, and what the refused times look like.
///
/// Only numbers are noted while the head is locked; [RefusalText] makes words of them later. Reused from request to
/// request; confined to one thread at a time.
public final class WriteStats {
  /// How far ahead of the store's clock a sample may be, by [dev.marmoset.storage.Appender#maxTime].
  static final long ACCEPTED_AHEAD_MS = 10 * 60 * 1000L;

  private static final int REASONS = RejectReason.values().length;
  /// Times in a wrong unit are recognised when they lie within this distance of now.
  private static final long PLAUSIBLE_MS = 5 * 365 * 86_400_000L;

  private int sameAgain;
  private int late;
  private final Lateness.Counts ages = new Lateness.Counts();
  private int samples;
  private int histograms;
  private int exemplars;
  private int refusedExemplars;
  private int unsorted;
  private int renamed;
  private int refusedTotal;
  private final int[] refused = new int[REASONS];
  private final int[] exampleSeries = new int[REASONS];
  private final boolean[] exampleTimed = new boolean[REASONS];
  private final long[] exampleTime = new long[REASONS];
  private final String[] exampleDetail = new String[REASONS];
  private long minTime;
  private long now;
  private long farthestAhead;
  private long oldest;
  private int secondsLike;
  private int microsLike;
  private int nanosLike;

  /// Forgets the last request.
  public void begin() {
    if (late > 0) {
      ages.clear();
    }
    sameAgain = 0;
    late = 0;
    samples = 0;
    histograms = 0;
    exemplars = 0;
    refusedExemplars = 0;
    unsorted = 0;
    renamed = 0;
    refusedTotal = 0;
    Arrays.fill(refused, 0);
    Arrays.fill(exampleSeries, -1);
    farthestAhead = 0;
    oldest = Long.MAX_VALUE;
    secondsLike = 0;
    microsLike = 0;
    nanosLike = 0;
  }

  /// Notes the bounds by which the request is judged, ms.
  void bounds(long oldest, long newest) {
    minTime = oldest;
    now = newest - ACCEPTED_AHEAD_MS;
  }

  void accept() {
    samples++;
  }

  void acceptHistogram() {
    histograms++;
  }

  /// Notes that what was accepted last is held already.
  void countSameAgain() {
    sameAgain++;
  }

  /// Notes that what was accepted last is older than the newest sample of its series.
  ///
  /// @param t its time, ms
  void countLate(long t) {
    late++;
    ages.add(now - t);
  }

  /// How old the late ones are; null when there are none.
  Lateness.@Nullable Counts takeAges() {
    return late == 0 ? null : ages.take();
  }

  void acceptExemplar() {
    exemplars++;
  }

  /// Notes a refused exemplar.
  ///
  /// @param binding whether it makes the answer a refusal; else it is only counted
  void refuseExemplar(RejectReason reason, int series, ExemplarColumn.Row row, boolean binding) {
    refusedExemplars++;
    if (binding) {
      count(reason, 1);
      example(reason, series, true, row.t(), row.fault());
    } else {
      refused[reason.ordinal()]++;
    }
  }

  void countUnsorted() {
    unsorted++;
  }

  void countRenamed() {
    renamed++;
  }

  /// Notes a refused sample.
  ///
  /// @param t its time, ms
  void refuse(RejectReason reason, int series, long t) {
    count(reason, 1);
    example(reason, series, true, t, "");
    if (reason == RejectReason.TOO_NEW) {
      farthestAhead = Math.max(farthestAhead, t - now);
      microsLike += plausible(t / 1000) ? 1 : 0;
      nanosLike += plausible(t / 1_000_000) ? 1 : 0;
    } else if (reason == RejectReason.TOO_OLD) {
      oldest = Math.min(oldest, t);
      secondsLike += t > 0 && t < now && plausible(t * 1000) ? 1 : 0;
    }
  }

  /// Notes a histogram that is refused for what it is.
  ///
  /// @param detail what is wrong with it
  void refuseHistogram(int series, long t, String detail) {
    count(RejectReason.INVALID_HISTOGRAM, 1);
    example(RejectReason.INVALID_HISTOGRAM, series, true, t, detail);
  }

  /// Notes a series that is refused with all its samples; one without samples counts once.
  void refuseSeries(RejectReason reason, int series, int sampleCount) {
    count(reason, Math.max(sampleCount, 1));
    example(reason, series, false, 0, "");
  }

  private boolean plausible(long t) {
    return t > now - PLAUSIBLE_MS && t < now + PLAUSIBLE_MS;
  }

  private void count(RejectReason reason, int n) {
    refused[reason.ordinal()] += n;
    refusedTotal += n;
  }

  /// The first one of a reason is its example.
  private void example(RejectReason reason, int series, boolean timed, long t, String detail) {
    int at = reason.ordinal();
    if (exampleSeries[at] < 0) {
      exampleSeries[at] = series;
      exampleTimed[at] = timed;
      exampleTime[at] = t;
      exampleDetail[at] = detail;
    }
  }

  /// Floats that count as written.
  public int samples() {
    return samples;
  }

  /// Histograms that count as written.
  int histograms() {
    return histograms;
  }

  /// Exemplars that count as written.
  public int exemplars() {
    return exemplars;
  }

  /// Exemplars that were refused, whether or not that makes the answer a refusal.
  public int refusedExemplars() {
    return refusedExemplars;
  }

  /// Everything that counts as written.
  int acceptedTotal() {
    return samples + histograms + exemplars;
  }

  /// Series whose labels came unsorted.
  public int unsorted() {
    return unsorted;
  }

  /// Series of which a label was renamed.
  public int renamed() {
    return renamed;
  }

  int refusedTotal() {
    return refusedTotal;
  }

  int refused(RejectReason reason) {
    return refused[reason.ordinal()];
  }

  /// Refused samples by reason; holds only reasons that occur, and stays as it is when the next request begins.
  public Map<RejectReason, Integer> refusals() {
    if (refusedTotal + refusedExemplars == 0) {
      return Map.of();
    }
    var refusals = new EnumMap<RejectReason, Integer>(RejectReason.class);
    for (RejectReason reason : RejectReason.values()) {
      if (refused(reason) > 0) {
        refusals.put(reason, refused(reason));
      }
    }
    return refusals;
  }

  /// Series that is the example of a reason; negative when there is none.
  int exampleSeries(RejectReason reason) {
    return exampleSeries[reason.ordinal()];
  }

  /// Whether the example is one sample, which has a time, rather than a series.
  boolean exampleTimed(RejectReason reason) {
    return exampleTimed[reason.ordinal()];
  }

  /// Time of the sample, ms.
  long exampleTime(RejectReason reason) {
    return exampleTime[reason.ordinal()];
  }

  /// What more is known, or the empty string.
  String exampleDetail(RejectReason reason) {
    return exampleDetail[reason.ordinal()];
  }

  /// The counts of the request, to be kept.
  Tally tally() {
    int accepted = acceptedTotal();
    var refusals = refusals();
    if (refusals.isEmpty()) {
      return new Tally(accepted, sameAgain, late, 0, Map.of());
    }
    var reasons = new LinkedHashMap<String, Integer>();
    int rejected = 0;
    for (var refusal : refusals.entrySet()) {
      reasons.put(refusal.getKey().tag(), refusal.getValue());
      rejected += refusal.getValue();
    }
    return new Tally(accepted, sameAgain, late, rejected, Collections.unmodifiableMap(reasons));
  }

  /// Width of the acceptance window, ms.
  long windowMs() {
    return now - minTime;
  }

  /// How old the oldest sample is that is too old, ms; 0 when its time is none that a clock shows.
  long oldestAgeMs() {
    return oldest > 0 && oldest < now ? now - oldest : 0;
  }

  /// Whether the oldest sample has the time that an unset one has.
  boolean looksUnset() {
    return oldest == 0;
  }

  /// How far the farthest sample is ahead of the store's clock, ms; 0 when none is too far.
  long farthestAheadMs() {
    return farthestAhead;
  }

  /// Whether most too-old times would be recent if they were seconds.
  boolean looksLikeSeconds() {
    return 2 * secondsLike > refused(RejectReason.TOO_OLD);
  }

  /// Whether most times in the future would be recent if they were microseconds.
  boolean looksLikeMicros() {
    return 2 * microsLike > refused(RejectReason.TOO_NEW);
  }

  /// Whether most times in the future would be recent if they were nanoseconds.
  boolean looksLikeNanos() {
    return 2 * nanosLike > refused(RejectReason.TOO_NEW);
  }
}

package dev.marmoset.ingest;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/// What became of the samples of one request: counts, a few examples, and what the refused times look like.
///
/// Only numbers are noted while the head is locked; [RefusalText] makes words of them later. Reused from request to
/// request; confined to one thread at a time.
final class WriteStats {
  /// Refused samples that are named in an answer.
  static final int MAX_EXAMPLES = 5;
  /// How far ahead of the store's clock a sample may be, by [dev.marmoset.storage.Appender#maxTime].
  static final long ACCEPTED_AHEAD_MS = 10 * 60 * 1000L;

  private static final int REASONS = RejectReason.values().length;
  /// Times in a wrong unit are recognised when they lie within this distance of now.
  private static final long PLAUSIBLE_MS = 5 * 365 * 86_400_000L;

  private int samples;
  private int histograms;
  private int exemplars;
  private int refusedExemplars;
  private int unsorted;
  private int renamed;
  private int refusedTotal;
  private final int[] refused = new int[REASONS];
  private int examples;
  private final int[] exampleSeries = new int[MAX_EXAMPLES];
  private final boolean[] exampleTimed = new boolean[MAX_EXAMPLES];
  private final long[] exampleTime = new long[MAX_EXAMPLES];
  private final String[] exampleDetail = new String[MAX_EXAMPLES];
  private final RejectReason[] exampleReason = new RejectReason[MAX_EXAMPLES];
  private long minTime;
  private long now;
  private long farthestAhead;
  private int secondsLike;
  private int microsLike;

  /// Forgets the last request.
  void begin() {
    samples = 0;
    histograms = 0;
    exemplars = 0;
    refusedExemplars = 0;
    unsorted = 0;
    renamed = 0;
    refusedTotal = 0;
    Arrays.fill(refused, 0);
    examples = 0;
    farthestAhead = 0;
    secondsLike = 0;
    microsLike = 0;
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
      microsLike += plausible(t / 1000) || plausible(t / 1_000_000) ? 1 : 0;
    } else if (reason == RejectReason.TOO_OLD) {
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

  /// One example per series, and per reason where several series offer themselves.
  private void example(RejectReason reason, int series, boolean timed, long t, String detail) {
    int last = examples - 1;
    boolean repeated = last >= 0 && exampleSeries[last] == series && exampleReason[last] == reason;
    if (repeated || examples == MAX_EXAMPLES) {
      return;
    }
    exampleSeries[examples] = series;
    exampleTimed[examples] = timed;
    exampleTime[examples] = t;
    exampleDetail[examples] = detail;
    exampleReason[examples++] = reason;
  }

  /// Floats that count as written.
  int samples() {
    return samples;
  }

  /// Histograms that count as written.
  int histograms() {
    return histograms;
  }

  /// Exemplars that count as written.
  int exemplars() {
    return exemplars;
  }

  /// Exemplars that were refused, whether or not that makes the answer a refusal.
  int refusedExemplars() {
    return refusedExemplars;
  }

  /// Everything that counts as written.
  int acceptedTotal() {
    return samples + histograms + exemplars;
  }

  /// Series whose labels came unsorted.
  int unsorted() {
    return unsorted;
  }

  /// Series of which a label was renamed.
  int renamed() {
    return renamed;
  }

  int refusedTotal() {
    return refusedTotal;
  }

  int refused(RejectReason reason) {
    return refused[reason.ordinal()];
  }

  /// Refused samples by reason; holds only reasons that occur, and stays as it is when the next request begins.
  Map<RejectReason, Integer> refusals() {
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

  int examples() {
    return examples;
  }

  int exampleSeries(int example) {
    return exampleSeries[example];
  }

  /// Whether the example is one sample, which has a time, rather than a series.
  boolean exampleTimed(int example) {
    return exampleTimed[example];
  }

  /// Time of the sample, ms.
  long exampleTime(int example) {
    return exampleTime[example];
  }

  /// What more is known, or the empty string.
  String exampleDetail(int example) {
    return exampleDetail[example];
  }

  RejectReason exampleReason(int example) {
    return exampleReason[example];
  }

  /// Width of the acceptance window, ms.
  long windowMs() {
    return now - minTime;
  }

  /// How far the farthest sample is ahead of the store's clock, ms; 0 when none is too far.
  long farthestAheadMs() {
    return farthestAhead;
  }

  /// Whether most too-old times would be recent if they were seconds.
  boolean looksLikeSeconds() {
    return 2 * secondsLike > refused(RejectReason.TOO_OLD);
  }

  /// Whether most times in the future would be recent if they were micro- or nanoseconds.
  boolean looksLikeMicros() {
    return 2 * microsLike > refused(RejectReason.TOO_NEW);
  }
}

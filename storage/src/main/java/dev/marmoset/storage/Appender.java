package dev.marmoset.storage;

import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;
import java.util.concurrent.CompletableFuture;

/// Judges and takes the samples of one write request. Confined to the thread that opened it.
///
/// Usage: per series [#find] and, when unknown, [#create]; per sample [#append]; once [#commit]. Samples of a request
/// see each other: the second of two equal samples is [AppendResult#SAME_AGAIN]. Nothing is visible to queries before
/// the commit is durable. Closing without a commit forgets everything.
public interface Appender extends AutoCloseable {
  /// What [#find] answers for a series that does not exist.
  long UNKNOWN = -1;

  /// What [#create] answers when the store holds as many series as it may, or its memory has no room for another one; in
  /// the second case [#commit] answers `Unavailable`, so that the request comes again.
  long OVER_LIMIT = -2;

  /// Oldest sample time this request may carry, ms, inclusive: N − W by the clock at the opening of the appender.
  long minTime();

  /// Newest sample time this request may carry, ms, inclusive: N + 10 min.
  long maxTime();

  /// Finds a series by its label bytes.
  ///
  /// @param region array that holds a spelling of the label set; only a canonical one
  ///               ([dev.marmoset.storage.labels.LabelRegion]) can be found
  /// @return the series ref, or [#UNKNOWN]
  long find(byte[] region, int offset, int length);

  /// Finds a series by its label bytes like the other method, which it saves from hashing them under the lock.
  ///
  /// @param lowHash [dev.marmoset.storage.labels.LabelHash#low] of the region by the hash of [Storage#labelHash]
  /// @return the series ref, or [#UNKNOWN]
  long find(long lowHash, byte[] region, int offset, int length);

  /// Confirms a guess: whether there is a series of this ref, and its labels were noted to be spelt in symbols with
  /// this hash.
  ///
  /// @param low low word of [dev.marmoset.storage.labels.LabelHash#spelling]
  boolean isSpelt(long ref, long low);

  /// Finds a series by the hash of a spelling that was noted before.
  ///
  /// @return the series ref, or [#UNKNOWN]
  long findSpelling(long high, long low);

  /// Notes the hash of a spelling, for whoever spells the same labels again. A series has one: that of its labels in
  /// their order. Notes are forgotten when the process ends.
  void noteSpelling(long ref, long high, long low);

  /// Creates a series; returns the existing one if there is one by now.
  ///
  /// Call it only when at least one sample of the series lies within [#minTime]..[#maxTime]: requests whose samples
  /// are all refused leave no series behind.
  ///
  /// @param region canonical label bytes, copied
  /// @return the series ref, or [#OVER_LIMIT]
  long create(byte[] region, int offset, int length);

  /// Time of the newest sample held of a series, ms, without those of this request; [Long#MIN_VALUE] when none is held.
  ///
  /// @param ref series ref from [#find] or [#create]
  long newestTime(long ref);

  /// Judges one sample and, when it is accepted, adds it to the request's group.
  ///
  /// @param ref       series ref from [#find] or [#create]
  /// @param t         sample time, ms since the epoch
  /// @param valueBits raw IEEE 754 bits of the value; NaN payloads are kept
  AppendResult append(long ref, long t, long valueBits);

  /// Judges one histogram sample and, when it is accepted, adds it to the request's group.
  ///
  /// @param ref    series ref from [#find] or [#create]
  /// @param t      sample time, ms since the epoch
  /// @param sample a valid one: see [dev.marmoset.storage.chunk.histogram.HistogramValidator]
  AppendResult appendHistogram(long ref, long t, HistogramSample sample);

  /// Judges one exemplar and, when it is accepted, adds it to the request's group.
  ///
  /// The window is that of samples and order never matters. Exemplars of one series and time that differ in value or
  /// labels are all kept, so there is no conflict. With no room for any exemplar the answer is
  /// [AppendResult#NOT_KEPT].
  ///
  /// @param ref       series ref from [#find] or [#create]
  /// @param t         ms since the epoch
  /// @param valueBits raw IEEE 754 bits of the value
  /// @param labels    labels of the exemplar itself
  AppendResult appendExemplar(long ref, long t, long valueBits, Labels labels);

  /// Adds what a sender says about a metric family to the request's group. It replaces what was said before.
  void appendMetadata(MetricMetadata metadata);

  /// Queues the accepted samples for the log and releases the head's lock. To be called at most once.
  ///
  /// @return completes when the samples are fsynced and visible to queries, or are known not to be. It never completes
  ///         exceptionally. With no accepted sample it is complete already.
  CompletableFuture<CommitOutcome> commit();

  /// Releases the head's lock; samples that were not committed are forgotten. Idempotent.
  @Override
  void close();
}

package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.query.Select;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Turns requests into selects: matchers, external labels, the time range. Thread-safe.
final class SelectTranslator {
  private final ExternalLabels external;
  private final LongSupplier minTime;

  /// @param external labels of this store
  /// @param minTime  oldest time that may be served, ms; asked once per request
  SelectTranslator(ExternalLabels external, LongSupplier minTime) {
    this.external = external;
    this.minTime = minTime;
  }

  /// The select for a Series request; empty if its matchers exclude this store.
  ///
  /// A selector that names only external labels selects every series, under the limits: upstream refuses it in its
  /// receiver and answers nothing in its gateway, and neither is what was asked for.
  ///
  /// @param abandoned whether the caller is gone
  /// @throws InvalidRequestException if a matcher is not valid or there is none
  Optional<Select> translate(SeriesRequest request, BooleanSupplier abandoned)
      throws InvalidRequestException {
    List<Matcher> matchers = MatcherTranslator.translate(request.getMatchersList());
    if (matchers.isEmpty()) {
      // This text is asserted by upstream's tests.
      throw new InvalidRequestException("no matchers specified (excluding external labels)");
    }
    var replicaLabels = new ReplicaLabels(external, request.getWithoutReplicaLabelsList());
    return external.remaining(matchers)
        .map(stored -> new Select(range(request.getMinTime(), request.getMaxTime()), stored, replicaLabels,
            ShardFilter.of(request.getShardInfo()), Math.max(0, request.getLimit()), abandoned));
  }

  /// The matchers of a request that storage must judge; empty if the others exclude this store.
  ///
  /// @throws InvalidRequestException if a matcher is not valid
  Optional<List<Matcher>> matchers(List<LabelMatcher> wire) throws InvalidRequestException {
    return external.remaining(MatcherTranslator.translate(wire));
  }

  /// An inclusive range in ms, without what is too old to be served.
  TimeRange range(long mint, long maxt) {
    return new TimeRange(Math.max(mint, minTime.getAsLong()), maxt);
  }
}

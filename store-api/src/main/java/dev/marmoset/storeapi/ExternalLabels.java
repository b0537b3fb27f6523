package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.LabelSet;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The labels this store adds to every series, the replica label among them.
///
/// They override equal labels of a series, so a matcher on one of them is judged here, once per request, and never
/// reaches storage.
///
/// @param labels all of them; none has an empty value
record ExternalLabels(Labels labels) {
  /// Judges the matchers on external labels.
  ///
  /// @return the other matchers, for storage; empty if one on an external label does not hold, so that no series can
  ///         match
  Optional<List<Matcher>> remaining(List<Matcher> matchers) {
    var rest = new ArrayList<Matcher>(matchers.size());
    for (Matcher matcher : matchers) {
      String value = labels.value(matcher.name());
      if (value.isEmpty()) {
        rest.add(matcher);
      } else if (!matcher.matches(value)) {
        return Optional.empty();
      }
    }
    return Optional.of(rest);
  }

  /// The form that Info announces.
  LabelSet toWire() {
    var set = LabelSet.newBuilder();
    for (var label : labels.toList()) {
      set.addLabels(Label.newBuilder().setName(label.name()).setValue(label.value()));
    }
    return set.build();
  }
}

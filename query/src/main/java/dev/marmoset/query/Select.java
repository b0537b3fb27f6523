package dev.marmoset.query;

import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// One question for series.
///
/// @param range       samples asked for; whole chunks that overlap it are answered
/// @param matchers    conditions on stored labels; an empty list selects every series
/// @param finalLabels turns stored labels into the labels under which the series is answered, and by which the
///                    answer is ordered; must not depend on anything but its argument
/// @param kept        whether a series with these final labels belongs into the answer
/// @param limit       most distinct final label sets wanted, the first ones in order; 0 = all
/// @param abandoned   whether nobody waits for the answer any more; asked once per series, from then on any answer
///                    will do
public record Select(TimeRange range, List<Matcher> matchers, UnaryOperator<Labels> finalLabels,
    Predicate<Labels> kept, long limit, BooleanSupplier abandoned) {

  /// Checks the limit and copies the list.
  public Select {
    if (limit < 0) {
      throw new IllegalArgumentException("select has a limit of " + limit + " series, expected 0 or more");
    }
    matchers = List.copyOf(matchers);
  }
}

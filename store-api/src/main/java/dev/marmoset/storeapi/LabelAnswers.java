package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.LabelNamesRequest;
import dev.marmoset.proto.thanos.LabelValuesRequest;
import dev.marmoset.query.LabelQueries;
import dev.marmoset.query.LimitExceededException;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Answers LabelNames and LabelValues: what storage knows, joined with the external labels. Thread-safe.
final class LabelAnswers {
  private static final Comparator<String> BY_UTF8 = (a, b) -> Arrays
      .compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private final LabelQueries queries;
  private final SelectTranslator translator;
  private final ExternalLabels external;

  LabelAnswers(LabelQueries queries, SelectTranslator translator, ExternalLabels external) {
    this.queries = queries;
    this.translator = translator;
    this.external = external;
  }

  /// Names of stored labels, and of external ones if there is any stored one: distinct, ascending by UTF-8 bytes.
  List<String> names(LabelNamesRequest request)
      throws InvalidRequestException, IOException, LimitExceededException {
    Optional<List<Matcher>> matchers = translator.matchers(request.getMatchersList());
    if (matchers.isEmpty()) {
      return List.of();
    }
    TimeRange range = translator.range(request.getStart(), request.getEnd());
    List<String> stored = queries.names(range, matchers.get());
    if (stored.isEmpty()) {
      return List.of();
    }
    var names = new TreeSet<String>(BY_UTF8);
    names.addAll(stored);
    external.labels().toList().forEach(label -> names.add(label.name()));
    request.getWithoutReplicaLabelsList().forEach(names::remove);
    return limited(List.copyOf(names), request.getLimit());
  }

  /// Values of one label: distinct, ascending by UTF-8 bytes.
  ///
  /// An external label has its one value even in an empty store, unless the request also asks about stored labels.
  List<String> values(LabelValuesRequest request)
      throws InvalidRequestException, IOException, LimitExceededException {
    String name = request.getLabel();
    if (name.isEmpty()) {
      // This text is asserted by upstream's tests.
      throw new InvalidRequestException("label name parameter cannot be empty");
    }
    if (request.getWithoutReplicaLabelsList().contains(name)) {
      return List.of();
    }
    Optional<List<Matcher>> matchers = translator.matchers(request.getMatchersList());
    if (matchers.isEmpty()) {
      return List.of();
    }
    TimeRange range = translator.range(request.getStart(), request.getEnd());
    String externalValue = external.labels().value(name);
    if (externalValue.isEmpty()) {
      return limited(queries.values(name, range, matchers.get()), request.getLimit());
    }
    boolean present = matchers.get().isEmpty() || queries.any(range, matchers.get());
    return present ? List.of(externalValue) : List.of();
  }

  private static List<String> limited(List<String> all, long limit) {
    return limit > 0 && limit < all.size() ? all.subList(0, (int) limit) : all;
  }
}

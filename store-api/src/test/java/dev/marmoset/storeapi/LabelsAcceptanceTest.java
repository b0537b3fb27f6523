package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.NOW;
import static dev.marmoset.storeapi.StoreHarness.YEAR_9999;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.labels.Labels;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The acceptance tables A to D, F, H and I of Thanos (pkg/store/acceptance_test.go): label names and values.
final class LabelsAcceptanceTest {
  private static final String FOREVER = "";
  private static final String NOW_MINUS_4H = "end=now-4h";

  /// One row of a table.
  ///
  /// @param data   series, `;` between them, each `name=value,…`
  /// @param call   `names` or `values <label>`
  /// @param select matchers
  /// @param end    how far the range reaches
  /// @param answer expected, exact
  record Row(String table, String data, String call, String select, String end, List<String> answer) {}

  private static final String B = "foo=foovalue1";
  private static final String C = "foo=foovalue1;foo=foovalue2";
  private static final String D = "foo=foovalue1;foo=foovalue2;bar=barvalue1,foo=foovalue1";
  private static final String F = "__name__=up,foo=bar,job=C;__name__=up,foo=baz,job=C";
  private static final String H = "__name__=up,foo=bar";
  private static final String I =
      "__name__=up,pod=pod-1;__name__=up,pod=pod-2;__name__=kube_pod_info,pod=pod-1";

  private static Row row(String table, String data, String call, String select, String end,
      String... answer) {
    return new Row(table, data, call, select, end, List.of(answer));
  }

  static Stream<Row> rows() {
    return Stream.of(
        row("A", "", "names", "", FOREVER),
        row("A", "", "values foo", "", FOREVER),
        row("A", "", "values region", "", FOREVER, "eu-west"),
        row("B", B, "names", "", FOREVER, "foo", "region"),
        row("B", B, "values foo", "", FOREVER, "foovalue1"),
        row("B", B, "values replica", "", FOREVER),
        row("C", C, "names", "", FOREVER, "foo", "region"),
        row("C", C, "values foo", "", FOREVER, "foovalue1", "foovalue2"),
        row("D", D, "names", "", FOREVER, "bar", "foo", "region"),
        row("D", D, "names", "bar=barvalue1", FOREVER, "bar", "foo", "region"),
        row("D", D, "names", "region=eu-west", FOREVER, "bar", "foo", "region"),
        row("D", D, "names", "foo=foovalue2", FOREVER, "foo", "region"),
        row("D", D, "names", "", NOW_MINUS_4H),
        row("D", D, "names", "bar=different", FOREVER),
        row("D", D, "names", "region=different", FOREVER),
        row("D", D, "values foo", "", FOREVER, "foovalue1", "foovalue2"),
        row("D", D, "values foo", "region=eu-west", FOREVER, "foovalue1", "foovalue2"),
        row("D", D, "values foo", "bar=barvalue1", FOREVER, "foovalue1"),
        row("D", D, "values bar", "", FOREVER, "barvalue1"),
        row("D", D, "values bar", "region=eu-west", FOREVER, "barvalue1"),
        row("D", D, "values foo", "", NOW_MINUS_4H),
        row("D", D, "values foo", "region=different", FOREVER),
        row("D", D, "values bar", "", NOW_MINUS_4H),
        row("D", D, "values bar", "region=different", FOREVER),
        row("D", D, "values foo", "bar=different", FOREVER),
        row("D", D, "values region", "__name__=nonexistent", FOREVER),
        row("D", D, "values region", "region=eu-east", FOREVER),
        row("F", F, "values region", "__name__=up, job=C", FOREVER, "eu-west"),
        row("H", H, "names", "region=~\".*\"", FOREVER, "__name__", "foo", "region"),
        row("H", H, "values region", "__name__=up, region=~\".*\"", FOREVER, "eu-west"),
        row("I", I, "names", "__name__=kube_pod_info", FOREVER, "__name__", "pod", "region"),
        row("I", I, "names", "", FOREVER, "__name__", "pod", "region"),
        row("I", I, "values pod", "__name__=kube_pod_info", FOREVER, "pod-1"),
        row("I", I, "values pod", "", FOREVER, "pod-1", "pod-2"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void answersAsThanosDoes(Row row) {
    try (var store = new StoreHarness(stored(row.data)).without("replica")) {
      long end = row.end.equals(NOW_MINUS_4H) ? NOW - 4 * 3_600_000L : YEAR_9999;
      List<String> answer = row.call.equals("names")
          ? store.names(row.select, end)
          : store.values(row.call.substring("values ".length()), row.select, end);
      assertThat(answer).isEqualTo(row.answer);
    }
  }

  @Test
  void refusesToListTheValuesOfNoLabel() {
    try (var store = new StoreHarness(new FakeStorage())) {
      assertThatThrownBy(() -> store.values("", "", YEAR_9999))
          .hasMessage("INVALID_ARGUMENT: label name parameter cannot be empty");
    }
  }

  private static FakeStorage stored(String data) {
    var storage = new FakeStorage();
    for (String series : data.isEmpty() ? new String[0] : data.split(";")) {
      storage.add(Labels.of(series.split("[=,]")), NOW, 1);
    }
    return storage;
  }
}

package dev.marmoset.server.cli;

import dev.marmoset.server.cli.SeriesCommand.Found;
import dev.marmoset.server.config.Durations;
import dev.marmoset.server.json.JsonWriter;
import java.time.Instant;
import java.util.List;

/// Writes the answer of the `series` command.
final class SeriesPrinter {
  private static final String HISTOGRAM = "(histogram)";

  private SeriesPrinter() {}

  /// Columns for people: samples, last value, last time, labels.
  static String table(List<Found> found, Invocation.Series query) {
    if (found.isEmpty()) {
      return "no series match " + query.selector() + " in the last " + Durations.format(query.since())
          + "; --since looks further back\n";
    }
    var text = new StringBuilder(
        String.format("%8s  %22s  %-24s  %s%n", "SAMPLES", "LAST VALUE", "LAST TIME", "SERIES"));
    for (Found series : found) {
      text.append(String.format("%8d  %22s  %-24s  %s%n", series.samples(),
          series.lastValue().map(SeriesPrinter::number).orElse(HISTOGRAM),
          Instant.ofEpochMilli(series.lastTime()),
          series.labels()));
    }
    return text.append(found.size()).append(" series\n").toString();
  }

  /// An array of objects for programs. Values are strings, as in Prometheus' HTTP API, because JSON has no NaN.
  static String json(List<Found> found) {
    var json = new JsonWriter().array();
    for (Found series : found) {
      json.object().key("labels").object();
      series.labels().toList().forEach(label -> json.field(label.name(), label.value()));
      json.endObject().field("samples", series.samples());
      series.lastValue().ifPresent(value -> json.field("lastValue", number(value)));
      json.field("lastTime", Instant.ofEpochMilli(series.lastTime()).toString()).endObject();
    }
    return json.endArray() + "\n";
  }

  /// As Prometheus writes numbers: whole ones without a fraction, infinities with a sign.
  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value)
        : Double.toString(value);
  }
}

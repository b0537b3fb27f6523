package dev.marmoset.server.metrics;

import dev.marmoset.storage.labels.Label;
import java.util.ArrayList;
import java.util.List;

/// Reads the Prometheus text format, version 0.0.4, as our own registry writes it: no timestamps, no white space beyond
/// single blanks.
final class ExpositionParser {
  private ExpositionParser() {}

  /// One sample of an exposition.
  ///
  /// @param name   metric name
  /// @param labels its labels without the name, in the order written
  /// @param value  value
  record Sample(String name, List<Label> labels, double value) {}

  /// The samples of an exposition.
  ///
  /// @throws IllegalArgumentException if a line is neither a comment nor a sample; the text names it
  static List<Sample> parse(String text) {
    var samples = new ArrayList<Sample>();
    text.lines().filter(line -> !line.isEmpty() && line.charAt(0) != '#')
        .forEach(line -> samples.add(sample(line)));
    return samples;
  }

  private static Sample sample(String line) {
    try {
      int brace = line.indexOf('{');
      int nameEnd = brace >= 0 ? brace : line.indexOf(' ');
      var labels = new ArrayList<Label>();
      int at = brace >= 0 ? labels(line, brace + 1, labels) : nameEnd;
      return new Sample(line.substring(0, nameEnd), List.copyOf(labels), value(line.substring(at + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("not a sample of the text format: " + line, e);
    }
  }

  /// Reads `name="value",…}` and returns the offset behind the brace.
  private static int labels(String line, int start, List<Label> labels) {
    int at = start;
    while (line.charAt(at) != '}') {
      int equals = line.indexOf('=', at);
      var value = new StringBuilder();
      int end = value(line, equals + 2, value);
      labels.add(new Label(line.substring(at, equals), value.toString()));
      at = line.charAt(end) == ',' ? end + 1 : end;
    }
    return at + 1;
  }

  /// Reads a quoted value whose first character is at `start`; returns the offset behind the closing quote.
  private static int value(String line, int start, StringBuilder value) {
    int at = start;
    for (char c = line.charAt(at); c != '"'; c = line.charAt(++at)) {
      if (c == '\\') {
        char escaped = line.charAt(++at);
        value.append(escaped == 'n' ? '\n' : escaped);
      } else {
        value.append(c);
      }
    }
    return at + 1;
  }

  private static double value(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}

package dev.marmoset.server.config;

import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import dev.marmoset.storage.labels.QuotedText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Labels as they are written on a command line: `region="eu"` or, because shells eat quotes, `region=eu`.
final class LabelPairs {
  static final Syntax<Label> SYNTAX = Syntax.of("<name=\"value\">", LabelPairs::parse);

  private LabelPairs() {}

  /// Parses one pair.
  ///
  /// @throws InvalidValueException if there is no `=`, the name is empty or reserved, the value is empty or its quotes
  ///                               do not close
  static Label parse(String text) throws InvalidValueException {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw new InvalidValueException("\"" + text + "\" is not a label such as region=\"eu-west-1\"");
    }
    String name = text.substring(0, equals).strip();
    String raw = text.substring(equals + 1).strip();
    String value = raw.startsWith("\"") ? unquote(text, raw) : raw;
    if (name.isEmpty() || name.equals(Labels.METRIC_NAME)) {
      throw new InvalidValueException(
          "\"" + text + "\" has the label name \"" + name + "\", which is not allowed");
    }
    if (value.isEmpty()) {
      throw new InvalidValueException("\"" + text + "\" has an empty value, which is the same as no label");
    }
    return new Label(name, value);
  }

  /// Joins pairs to one label set.
  ///
  /// @throws InvalidValueException if a name occurs twice
  static Labels join(List<Label> pairs) throws InvalidValueException {
    var names = new HashSet<String>();
    for (Label pair : pairs) {
      if (!names.add(pair.name())) {
        throw new InvalidValueException("the label \"" + pair.name() + "\" is given twice");
      }
    }
    return Labels.of(pairs);
  }

  /// Splits `a="1", b="2"` at the commas outside quotes, for the places that hold several labels in one text.
  static List<String> split(String text) {
    var parts = new ArrayList<String>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).strip());
    parts.removeIf(String::isEmpty);
    return parts;
  }

  private static String unquote(String text, String raw) throws InvalidValueException {
    try {
      var quoted = QuotedText.parse(raw, 0);
      if (quoted.end() != raw.length()) {
        throw new InvalidValueException("\"" + text + "\" goes on behind the closing quote");
      }
      return quoted.value();
    } catch (InvalidMatcherException e) {
      throw new InvalidValueException(String.valueOf(e.getMessage()));
    }
  }
}

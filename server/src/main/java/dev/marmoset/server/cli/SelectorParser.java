package dev.marmoset.server.cli;

import dev.marmoset.server.config.InvalidValueException;
import dev.marmoset.server.config.QuotedText;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.Matcher.Equal;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import dev.marmoset.storage.labels.Matcher.NotEqual;
import java.util.ArrayList;
import java.util.List;

/// Reads a series selector in Prometheus notation: `up`, `up{job="a"}`, `{job=~"a|b", instance!=""}`, and the quoted
/// name of Prometheus 3, `{"my.metric", a="b"}`. Durations, offsets and functions are not part of it. Used once.
final class SelectorParser {
  private final String text;
  private final List<Matcher> matchers = new ArrayList<>();
  private int at;

  private SelectorParser(String text) {
    this.text = text;
  }

  /// The matchers of a selector, in the order written.
  ///
  /// @throws InvalidValueException with the place and what was expected there
  static List<Matcher> parse(String text) throws InvalidValueException {
    var parser = new SelectorParser(text);
    parser.selector();
    if (parser.matchers.stream().allMatch(Matcher::matchesEmpty)) {
      throw new InvalidValueException("selector " + text
          + " selects everything: give a metric name or at least one matcher that does not match the empty value");
    }
    return List.copyOf(parser.matchers);
  }

  private void selector() throws InvalidValueException {
    skipSpace();
    if (at < text.length() && isNameStart(text.charAt(at))) {
      matchers.add(new Equal(Labels.METRIC_NAME, name(true)));
    }
    skipSpace();
    if (at < text.length() && text.charAt(at) == '{') {
      at++;
      braces();
    }
    skipSpace();
    if (at < text.length()) {
      throw expected(at == 0 ? "a metric name or {" : "the end of the selector");
    }
  }

  private void braces() throws InvalidValueException {
    skipSpace();
    while (!take('}')) {
      matcher();
      skipSpace();
      if (!take(',') && !(at < text.length() && text.charAt(at) == '}')) {
        throw expected("a comma or }");
      }
      skipSpace();
    }
  }

  private void matcher() throws InvalidValueException {
    boolean quoted = at < text.length() && isQuote(text.charAt(at));
    String name = quoted ? quoted() : name(false);
    skipSpace();
    if (quoted && at < text.length() && (text.charAt(at) == ',' || text.charAt(at) == '}')) {
      matchers.add(new Equal(Labels.METRIC_NAME, name));
      return;
    }
    String operator = operator();
    skipSpace();
    if (at >= text.length() || !isQuote(text.charAt(at))) {
      throw expected("a value in quotes");
    }
    matchers.add(matcher(name, operator, quoted()));
  }

  private Matcher matcher(String name, String operator, String value) throws InvalidValueException {
    try {
      return switch (operator) {
        case "=" -> new Equal(name, value);
        case "!=" -> new NotEqual(name, value);
        case "=~" -> Matcher.regex(name, value);
        default -> Matcher.notRegex(name, value);
      };
    } catch (InvalidMatcherException e) {
      throw new InvalidValueException(String.valueOf(e.getMessage()));
    }
  }

  private String operator() throws InvalidValueException {
    for (String operator : List.of("=~", "!~", "!=", "=")) {
      if (text.startsWith(operator, at)) {
        at += operator.length();
        return operator;
      }
    }
    throw expected("one of = != =~ !~");
  }

  private String name(boolean metric) throws InvalidValueException {
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at), at == start, metric)) {
      at++;
    }
    if (at == start) {
      throw expected("a label name");
    }
    return text.substring(start, at);
  }

  private String quoted() throws InvalidValueException {
    var quoted = QuotedText.parse(text, at);
    at = quoted.end();
    return quoted.value();
  }

  private boolean take(char wanted) {
    boolean there = at < text.length() && text.charAt(at) == wanted;
    at += there ? 1 : 0;
    return there;
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private InvalidValueException expected(String what) {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
    return new InvalidValueException(
        "selector " + text + " has " + found + " at character " + (at + 1) + "; expected " + what);
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`';
  }

  private static boolean isNameStart(char c) {
    return isNamePart(c, true, true);
  }

  private static boolean isNamePart(char c, boolean first, boolean metric) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (metric && c == ':')
        || (!first && c >= '0' && c <= '9');
  }
}

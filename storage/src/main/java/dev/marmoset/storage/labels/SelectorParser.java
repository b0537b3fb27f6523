package dev.marmoset.storage.labels;

import dev.marmoset.storage.labels.Matcher.Equal;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import dev.marmoset.storage.labels.Matcher.NotEqual;
import java.util.ArrayList;
import java.util.List;

/// Reads a series selector in Prometheus notation: `up`, `up{job="a"}`, `{job=~"a|b", instance!=""}`, and the quoted
/// name of Prometheus 3, `{"my.metric", a="b"}`. Durations, offsets and functions are not part of it.
public final class SelectorParser {
  private final String text;
  private final List<Matcher> matchers = new ArrayList<>();
  private int at;

  private SelectorParser(String text) {
    this.text = text;
  }

  /// The matchers of a selector, in the order written. `{}` has none.
  ///
  /// @throws InvalidMatcherException with the place and what was expected there
  public static List<Matcher> parse(String text) throws InvalidMatcherException {
    var parser = new SelectorParser(text);
    parser.selector();
    if (parser.at < text.length()) {
      throw parser.expected("the end of the selector");
    }
    return List.copyOf(parser.matchers);
  }

  /// The matchers of each of several selectors joined by `+`, as Thanos joins those of one expression.
  ///
  /// @throws InvalidMatcherException with the place and what was expected there
  public static List<List<Matcher>> parseSum(String text) throws InvalidMatcherException {
    var parser = new SelectorParser(text);
    var selectors = new ArrayList<List<Matcher>>();
    do {
      parser.matchers.clear();
      parser.selector();
      selectors.add(List.copyOf(parser.matchers));
    } while (parser.take('+'));
    if (parser.at < text.length()) {
      throw parser.expected("+ or the end of the selectors");
    }
    return List.copyOf(selectors);
  }

  /// Reads one selector and the space behind it.
  private void selector() throws InvalidMatcherException {
    skipSpace();
    int start = at;
    if (at < text.length() && isNameStart(text.charAt(at))) {
      matchers.add(new Equal(Labels.METRIC_NAME, name(true)));
    }
    skipSpace();
    if (take('{')) {
      braces();
    } else if (at == start) {
      throw expected("a metric name or {");
    }
    skipSpace();
  }

  private void braces() throws InvalidMatcherException {
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

  private void matcher() throws InvalidMatcherException {
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

  private static Matcher matcher(String name, String operator, String value)
      throws InvalidMatcherException {
    return switch (operator) {
      case "=" -> new Equal(name, value);
      case "!=" -> new NotEqual(name, value);
      case "=~" -> Matcher.regex(name, value);
      default -> Matcher.notRegex(name, value);
    };
  }

  private String operator() throws InvalidMatcherException {
    for (String operator : List.of("=~", "!~", "!=", "=")) {
      if (text.startsWith(operator, at)) {
        at += operator.length();
        return operator;
      }
    }
    throw expected("one of = != =~ !~");
  }

  private String name(boolean metric) throws InvalidMatcherException {
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at), at == start, metric)) {
      at++;
    }
    if (at == start) {
      throw expected("a label name");
    }
    return text.substring(start, at);
  }

  private String quoted() throws InvalidMatcherException {
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

  private InvalidMatcherException expected(String what) {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
    return new InvalidMatcherException(
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

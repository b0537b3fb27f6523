package dev.marmoset.storage.labels;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A compiled regular expression over whole label values: RE2 syntax, anchored at both ends, `.` matches newline.
///
/// An expression that is only an alternation of literals (`a`, `a|b|c`, `(a|b)`), the form that dashboards produce, is
/// recognised, so that selection looks the values up instead of running the expression over every value of the label.
/// So are literals with wildcards between them ([Wildcards]).
/// Immutable and thread-safe.
public final class ValuePattern {
  /// Characters that mean something to RE2 outside of a character class.
  private static final String META = "\\.+*?()[]{}^$|";

  private final String text;
  private final Pattern compiled;
  private final List<String> literals;
  private final Set<String> distinct;
  private final String prefix;
  private final @Nullable Wildcards wildcards;

  private ValuePattern(String text, Pattern compiled) {
    this.text = text;
    this.compiled = compiled;
    this.literals = alternatives(unwrapped(text));
    this.distinct = Set.copyOf(literals);
    this.prefix = literals.isEmpty() ? literalPrefix(text) : "";
    this.wildcards = Wildcards.of(text, META);
  }

  /// @throws com.google.re2j.PatternSyntaxException if the expression is not valid RE2 or too large
  static ValuePattern compile(String regex) {
    // Literals are looked up, and those with wildcards are not run either; there may be very many.
    if (alternatives(unwrapped(regex)).isEmpty() && Wildcards.of(regex, META) == null) {
      PatternCost.check(regex);
    }
    return new ValuePattern(regex, Pattern.compile("^(?s:" + regex + ")$"));
  }

  /// The expression as it was given.
  public String text() {
    return text;
  }

  /// Whether the whole value matches.
  public boolean matches(String value) {
    if (!literals.isEmpty()) {
      return distinct.contains(value);
    }
    if (wildcards != null) {
      return wildcards.matches(value);
    }
    return value.startsWith(prefix) && compiled.matches(value);
  }

  /// The values that match, when the expression is an alternation of literals; otherwise empty.
  public List<String> literals() {
    return literals;
  }

  /// A literal that every matching value begins with; empty when none is known.
  public String prefix() {
    return prefix;
  }

  private static String unwrapped(String regex) {
    boolean group =
        regex.length() >= 2 && regex.startsWith("(") && regex.endsWith(")") && !regex.startsWith("(?");
    return group ? regex.substring(1, regex.length() - 1) : regex;
  }

  private static List<String> alternatives(String regex) {
    var found = new ArrayList<String>();
    var literal = new StringBuilder();
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '|') {
        found.add(literal.toString());
        literal.setLength(0);
      } else if (c == '\\' && i + 1 < regex.length() && META.indexOf(regex.charAt(i + 1)) >= 0) {
        literal.append(regex.charAt(++i));
      } else if (META.indexOf(c) >= 0) {
        return List.of();
      } else {
        literal.append(c);
      }
    }
    found.add(literal.toString());
    return List.copyOf(found);
  }

  private static String literalPrefix(String regex) {
    int n = 0;
    while (n < regex.length() && META.indexOf(regex.charAt(n)) < 0) {
      n++;
    }
    boolean optionalLast = n < regex.length() && "*?{".indexOf(regex.charAt(n)) >= 0;
    boolean alternation = regex.indexOf('|') >= 0;
    if (alternation || n == 0) {
      return "";
    }
    int end = optionalLast ? regex.offsetByCodePoints(n, -1) : n;
    return regex.substring(0, end);
  }
}

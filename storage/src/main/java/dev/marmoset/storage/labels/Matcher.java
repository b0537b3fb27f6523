package dev.marmoset.storage.labels;

import com.google.re2j.PatternSyntaxException;

/// One label condition of a selector. A label that is absent has the value `""`, so a matcher that accepts `""` also
/// selects series without the label.
///
/// Immutable and thread-safe.
public sealed interface Matcher {
  /// Name of the label that is tested.
  String name();

  /// Whether a label value satisfies the condition.
  boolean matches(String value);

  /// Whether series without the label satisfy the condition.
  default boolean matchesEmpty() {
    return matches("");
  }

  /// `name="value"`.
  ///
  /// @param name  label name
  /// @param value exact value
  record Equal(String name, String value) implements Matcher {
    @Override
    public boolean matches(String candidate) {
      return value.equals(candidate);
    }

    @Override
    public String toString() {
      return name + "=\"" + value + '"';
    }
  }

  /// `name!="value"`.
  ///
  /// @param name  label name
  /// @param value the one value that is excluded
  record NotEqual(String name, String value) implements Matcher {
    @Override
    public boolean matches(String candidate) {
      return !value.equals(candidate);
    }

    @Override
    public String toString() {
      return name + "!=\"" + value + '"';
    }
  }

  /// `name=~"pattern"`.
  ///
  /// @param name    label name
  /// @param pattern what the whole value must match
  record Regex(String name, ValuePattern pattern) implements Matcher {
    @Override
    public boolean matches(String candidate) {
      return pattern.matches(candidate);
    }

    @Override
    public String toString() {
      return name + "=~\"" + pattern.text() + '"';
    }
  }

  /// `name!~"pattern"`.
  ///
  /// @param name    label name
  /// @param pattern what the whole value must not match
  record NotRegex(String name, ValuePattern pattern) implements Matcher {
    @Override
    public boolean matches(String candidate) {
      return !pattern.matches(candidate);
    }

    @Override
    public String toString() {
      return name + "!~\"" + pattern.text() + '"';
    }
  }

  /// Compiles `name=~"regex"` in RE2 syntax, anchored at both ends, with `.` matching newline.
  ///
  /// @throws InvalidMatcherException if the expression is not valid RE2
  static Matcher regex(String name, String regex) throws InvalidMatcherException {
    return new Regex(name, pattern(name, regex));
  }

  /// Compiles `name!~"regex"`, like [#regex].
  ///
  /// @throws InvalidMatcherException if the expression is not valid RE2
  static Matcher notRegex(String name, String regex) throws InvalidMatcherException {
    return new NotRegex(name, pattern(name, regex));
  }

  private static ValuePattern pattern(String name, String regex) throws InvalidMatcherException {
    try {
      return ValuePattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new InvalidMatcherException(
          "matcher on label \"" + name + "\" has the regular expression \"" + regex
              + "\", which is not valid RE2: " + e.getMessage(),
          e);
    }
  }

  /// A selector cannot be compiled. The message is fit for the caller of the API.
  final class InvalidMatcherException extends Exception {
    private static final long serialVersionUID = 1;

    /// @param message what was being read, where, and what was expected there
    InvalidMatcherException(String message) {
      super(message);
    }

    private InvalidMatcherException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}

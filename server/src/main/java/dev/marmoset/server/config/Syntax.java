package dev.marmoset.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How one kind of value is written.
///
/// @param <T> the parsed value; immutable
public interface Syntax<T> {
  /// Parses a text.
  ///
  /// @throws InvalidValueException if the text is not such a value, or lies outside its bounds
  T parse(String text) throws InvalidValueException;

  /// What stands for the value in help texts, e.g. `<duration>`.
  String placeholder();

  /// Any text.
  static Syntax<String> text(String placeholder) {
    return of(placeholder, text -> text);
  }

  /// A duration as [Durations] reads it, at least `least`.
  static Syntax<Duration> duration(Duration least) {
    return of("<duration>", text -> {
      var value = Durations.parse(text);
      if (value.compareTo(least) < 0) {
        throw new InvalidValueException("\"" + text + "\" is less than " + Durations.format(least));
      }
      return value;
    });
  }

  /// A size as [ByteSizes] reads it, in bytes, within inclusive bounds.
  static Syntax<Long> bytes(long least, long most) {
    return of("<size>", text -> {
      long value = ByteSizes.parse(text);
      if (value < least || value > most) {
        throw new InvalidValueException(
            "\"" + text + "\" is not within " + ByteSizes.format(least) + " .. " + ByteSizes.format(most));
      }
      return value;
    });
  }

  /// A whole number within inclusive bounds.
  static Syntax<Long> number(long least, long most) {
    return of("<n>", text -> {
      long value = parseLong(text);
      if (value < least || value > most) {
        throw new InvalidValueException("\"" + text + "\" is not within " + least + " .. " + most);
      }
      return value;
    });
  }

  /// `true` or `false`.
  static Syntax<Boolean> bool() {
    return of("<bool>", text -> switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidValueException("\"" + text + "\" is neither true nor false");
    });
  }

  /// One of a few words.
  static Syntax<String> oneOf(String... words) {
    var allowed = List.of(words);
    return of("<" + String.join("|", words) + ">", text -> {
      if (!allowed.contains(text)) {
        throw new InvalidValueException("\"" + text + "\" is none of " + String.join(", ", words));
      }
      return text;
    });
  }

  /// A path of the default file system.
  static Syntax<Path> path() {
    return of("<path>", text -> {
      if (text.isEmpty()) {
        throw new InvalidValueException("the path is empty");
      }
      try {
        return Path.of(text);
      } catch (InvalidPathException e) {
        throw new InvalidValueException("\"" + text + "\" is not a path: " + e.getReason());
      }
    });
  }

  /// A value that may be left out; an empty text means left out.
  static <T> Syntax<Optional<T>> optional(Syntax<T> syntax) {
    return of(syntax.placeholder(),
        text -> text.isEmpty() ? Optional.empty() : Optional.of(syntax.parse(text)));
  }

  /// A syntax from its two parts.
  static <T> Syntax<T> of(String placeholder, Parser<T> parser) {
    return new Syntax<>() {
      @Override
      public T parse(String text) throws InvalidValueException {
        return parser.parse(text);
      }

      @Override
      public String placeholder() {
        return placeholder;
      }
    };
  }

  /// The parsing half of a syntax.
  @FunctionalInterface
  interface Parser<T> {
    /// @throws InvalidValueException if the text is not such a value
    T parse(String text) throws InvalidValueException;
  }

  private static long parseLong(String text) throws InvalidValueException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new InvalidValueException("\"" + text + "\" is not a whole number");
    }
  }
}

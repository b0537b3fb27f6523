package dev.marmoset.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One setting. As a flag it is `--tsdb.path`, in the environment `MARMOSET_TSDB_PATH`, in a file `tsdb.path`.
///
/// Identity is the object itself; all of them stand in [Flags].
///
/// @param <T> the value a configuration holds for it
public final class Flag<T> {
  private final String name;
  private final String group;
  private final Reader<T> reader;
  private final Shape shape;
  private final String defaultText;
  private final String help;
  private final boolean secret;

  /// How often and in which form a value may be given.
  enum Shape {
    /// Once, with a value.
    SINGLE,
    /// Once; the value may be left out and then is `true`, and `--no-<name>` means `false`.
    SWITCH,
    /// Any number of times.
    REPEATABLE
  }

  /// Turns the texts of all occurrences into a value.
  private interface Reader<T> {
    T read(List<String> texts) throws InvalidValueException;

    String placeholder();
  }

  private Flag(String name, String group, Shape shape, Reader<T> reader, String defaultText, String help,
      boolean secret) {
    this.name = name;
    this.group = group;
    this.shape = shape;
    this.reader = reader;
    this.defaultText = defaultText;
    this.help = help;
    this.secret = secret;
  }

  /// A flag with one value.
  ///
  /// @param defaultText parsed like any other value; empty for settings that may be left out
  /// @param help        one or more sentences; for an empty default they say what happens then
  static <T> Flag<T> single(String group, String name, Syntax<T> syntax, String defaultText, String help) {
    return new Flag<>(name, group, Shape.SINGLE, reader(syntax), defaultText, help, false);
  }

  /// A flag that switches something on or off.
  static Flag<Boolean> onOff(String group, String name, boolean byDefault, String help) {
    return new Flag<>(name, group, Shape.SWITCH, reader(Syntax.bool()), Boolean.toString(byDefault), help,
        false);
  }

  /// A flag that may be given several times. In the environment one text holds all of them, separated by commas.
  ///
  /// @param join makes the value from the parsed occurrences, none included
  static <E, T> Flag<T> repeatable(String group, String name, Syntax<E> element, Join<E, T> join,
      String help) {
    var reader = new Reader<T>() {
      @Override
      public T read(List<String> texts) throws InvalidValueException {
        var elements = new ArrayList<E>(texts.size());
        for (String text : texts) {
          elements.add(element.parse(text));
        }
        return join.of(elements);
      }

      @Override
      public String placeholder() {
        return element.placeholder();
      }
    };
    return new Flag<>(name, group, Shape.REPEATABLE, reader, "", help, false);
  }

  /// The same flag, but its value is never shown: not in logs, status pages or problems.
  Flag<T> hidden() {
    return new Flag<>(name, group, shape, reader, defaultText, help, true);
  }

  /// Makes one value of several.
  ///
  /// @param <E> element
  /// @param <T> value
  @FunctionalInterface
  interface Join<E, T> {
    /// @throws InvalidValueException if the elements do not go together
    T of(List<E> elements) throws InvalidValueException;
  }

  /// Name without dashes in front; also the key in a configuration file.
  public String name() {
    return name;
  }

  /// Area under which help lists the flag.
  public String group() {
    return group;
  }

  /// What it sets, in sentences.
  public String help() {
    return help;
  }

  /// The default as it would be written, empty if there is none.
  public String defaultText() {
    return defaultText;
  }

  /// What stands for the value in help texts.
  public String placeholder() {
    return reader.placeholder();
  }

  /// Whether it may be given more than once.
  public boolean repeatable() {
    return shape == Shape.REPEATABLE;
  }

  /// Whether it may be given without a value.
  public boolean onOff() {
    return shape == Shape.SWITCH;
  }

  /// Name of the environment variable.
  public String environmentName() {
    return Flags.ENVIRONMENT_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /// Whether its value must not be shown.
  boolean secret() {
    return secret;
  }

  /// Value of the given texts.
  ///
  /// @param texts one per occurrence; none only for a repeatable flag
  /// @throws InvalidValueException if a text is not a value of this flag
  T read(List<String> texts) throws InvalidValueException {
    return reader.read(texts);
  }

  @Override
  public String toString() {
    return "--" + name;
  }

  private static <T> Reader<T> reader(Syntax<T> syntax) {
    return new Reader<>() {
      @Override
      public T read(List<String> texts) throws InvalidValueException {
        return syntax.parse(texts.getLast());
      }

      @Override
      public String placeholder() {
        return syntax.placeholder();
      }
    };
  }
}

package dev.marmoset.server.yaml;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/// One mapping of a YAML document. Ask for every key that may be there, then call [#end], which reports the others.
///
/// Problems go into a list and name the place, never a value. Confined to one thread.
public final class StrictMap {
  private final String place;
  private final Map<String, @Nullable Object> values;
  private final Document document;
  private final TreeSet<String> asked = new TreeSet<>();

  /// How a text refers to an environment variable.
  public enum Reference {
    /// `${NAME}`, as in our own files.
    BRACES("{", "\\$(\\$\\{|\\{([^}]*)})"),
    /// `$(NAME)`, as in files of Thanos.
    PARENTHESES("(", "\\$(\\$\\(|\\(([^)]*)\\))");

    private final String bracket;
    private final Pattern pattern;

    Reference(String bracket, String pattern) {
      this.bracket = bracket;
      this.pattern = Pattern.compile(pattern);
    }
  }

  private record Document(Map<String, String> environment, Reference reference, List<String> problems) {}

  private StrictMap(String place, Map<?, ?> values, Document document) {
    this.place = place;
    this.values = new LinkedHashMap<>();
    values.forEach((key, value) -> this.values.put(String.valueOf(key), value));
    this.document = document;
  }

  /// Reads a document.
  ///
  /// @param origin      what problems name as the place, e.g. the path
  /// @param text        YAML, base64 of YAML or base64 of gzipped YAML
  /// @param environment replaces `${NAME}` in values; `$${` stands for `${`
  /// @param problems    receives what is wrong
  /// @return empty after a problem
  public static Optional<StrictMap> parse(String origin, String text, Map<String, String> environment,
      List<String> problems) {
    return parse(origin, text, environment, Reference.BRACES, problems);
  }

  /// Reads a document that refers to variables in another way.
  public static Optional<StrictMap> parse(String origin, String text, Map<String, String> environment,
      Reference reference, List<String> problems) {
    var document = new Document(environment, reference, problems);
    try {
      var settings = LoadSettings.builder().setLabel(origin).setSchema(new FailsafeSchema())
          .setAllowDuplicateKeys(false).setCodePointLimit(PlainText.MAX_BYTES).build();
      return switch (new Load(settings).loadFromString(PlainText.of(text))) {
        case null -> Optional.of(new StrictMap(origin, Map.of(), document));
        case Map<?, ?> map -> Optional.of(new StrictMap(origin, map, document));
        default -> {
          problems.add(origin + ": the document is not a mapping");
          yield Optional.empty();
        }
      };
    } catch (MarkedYamlEngineException e) {
      // Only the place: the reader's own words may quote what is written there.
      problems.add(origin + ": not valid YAML"
          + e.getProblemMark().map(m -> " at line " + (m.getLine() + 1)).orElse(""));
    } catch (YamlEngineException e) {
      problems.add(origin + ": not valid YAML");
    } catch (IOException e) {
      problems.add(origin + ": " + e.getMessage());
    }
    return Optional.empty();
  }

  /// Where it stands, for problems.
  public String place() {
    return place;
  }

  /// Reports something about this mapping.
  public void problem(String what) {
    document.problems.add(place + ": " + what);
  }

  /// The text of a key; empty if it is not there or empty.
  public Optional<String> text(String key) {
    return switch (take(key)) {
      case null -> Optional.empty();
      case String text -> Optional.of(expand(key, text)).filter(t -> !t.isEmpty());
      default -> {
        problem(key + " needs one text");
        yield Optional.empty();
      }
    };
  }

  /// The texts of a key that holds a list or one text.
  public List<String> texts(String key) {
    var texts = new ArrayList<String>();
    switch (take(key)) {
      case null -> {
        // Not there.
      }
      case String text -> texts.add(expand(key, text));
      case List<?> list when list.stream().allMatch(String.class::isInstance) ->
        list.forEach(text -> texts.add(expand(key, String.valueOf(text))));
      default -> problem(key + " needs a list of texts");
    }
    return List.copyOf(texts);
  }

  /// The mapping of a key.
  public Optional<StrictMap> map(String key) {
    return switch (take(key)) {
      case null -> Optional.empty();
      case String text when text.isEmpty() -> Optional.empty();
      case Map<?, ?> map -> Optional.of(new StrictMap(place + ": " + key, map, document));
      default -> {
        problem(key + " needs a mapping");
        yield Optional.empty();
      }
    };
  }

  /// The mappings of a key that holds a list of them.
  public List<StrictMap> maps(String key) {
    var maps = new ArrayList<StrictMap>();
    switch (take(key)) {
      case null -> {
        // Not there.
      }
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          if (list.get(i) instanceof Map<?, ?> map) {
            maps.add(new StrictMap(place + ": " + key + "[" + i + "]", map, document));
          } else {
            problem(key + "[" + i + "] needs a mapping");
          }
        }
      }
      default -> problem(key + " needs a list");
    }
    return List.copyOf(maps);
  }

  /// Names and texts of a key that holds a mapping with free keys, in their order.
  public Map<String, String> pairs(String key) {
    var pairs = new LinkedHashMap<String, String>();
    map(key).ifPresent(map -> map.values.keySet().forEach(
        name -> map.text(name).ifPresentOrElse(text -> pairs.put(name, text),
            () -> map.problem(name + " needs one text"))));
    return pairs;
  }

  /// Reports the keys that nobody asked for.
  public void end() {
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        problem("unknown key " + key + "; known here: " + String.join(", ", asked));
      }
    }
  }

  private @Nullable Object take(String key) {
    asked.add(key);
    return values.get(key);
  }

  private String expand(String key, String text) {
    String opening = "$" + document.reference.bracket;
    return document.reference.pattern.matcher(text).replaceAll(match -> {
      String name = match.group(2);
      if (name == null) {
        return Matcher.quoteReplacement(opening);
      }
      String value = document.environment.get(name);
      if (value == null) {
        problem(key + " refers to the environment variable " + name
            + ", which is not set; write $" + opening + " for a literal " + opening);
        return "";
      }
      return Matcher.quoteReplacement(value);
    });
  }
}

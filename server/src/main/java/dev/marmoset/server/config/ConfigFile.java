package dev.marmoset.server.config;

import dev.marmoset.server.yaml.PlainText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/// Reads a configuration written as YAML: flag names as keys, nested at the dots or not.
///
/// Every scalar is a text, as on a command line. Confined to one load.
final class ConfigFile {
  private static final Pattern VARIABLE = Pattern.compile("\\$(\\$\\{|\\{([^}]*)})");

  private final String origin;
  private final Map<String, Flag<?>> flags;
  private final Map<String, String> environment;
  private final List<String> problems;
  private final Map<String, List<String>> values = new HashMap<>();

  /// @param origin      what problems name as the place, e.g. the path
  /// @param flags       flags by name
  /// @param environment for `${NAME}`
  /// @param problems    receives what is wrong
  ConfigFile(String origin, Map<String, Flag<?>> flags, Map<String, String> environment,
      List<String> problems) {
    this.origin = origin;
    this.flags = flags;
    this.environment = environment;
    this.problems = problems;
  }

  /// Texts by flag name.
  Map<String, List<String>> read(String text) {
    try {
      var settings = LoadSettings.builder().setLabel(origin).setSchema(new FailsafeSchema())
          .setAllowDuplicateKeys(false).setCodePointLimit(PlainText.MAX_BYTES).build();
      switch (new Load(settings).loadFromString(PlainText.of(text))) {
        case null -> {
          // An empty document sets nothing.
        }
        case Map<?, ?> map -> map.forEach((key, value) -> take(String.valueOf(key), value));
        default -> problems.add(origin + ": the document is not a mapping of settings to values");
      }
    } catch (MarkedYamlEngineException e) {
      String place = e.getProblemMark().map(m -> " at line " + (m.getLine() + 1)).orElse("");
      problems.add(origin + ": not valid YAML" + place + ": " + e.getProblem());
    } catch (YamlEngineException | IOException e) {
      problems.add(origin + ": " + e.getMessage());
    }
    return values;
  }

  private void take(String key, @Nullable Object value) {
    var flag = flags.get(key);
    if (flag == Flags.CONFIG || flag == Flags.CONFIG_FILE) {
      problems.add(origin + ": " + key + " cannot be set inside a configuration");
    } else if (flag != null && !(value instanceof Map && !flag.repeatable())) {
      set(flag, value);
    } else if (value instanceof Map<?, ?> map && prefixOfSome(key)) {
      map.forEach((name, nested) -> take(key + "." + name, nested));
    } else {
      problems.add(origin + ": unknown key " + key + NearestMatch.hint(key, flags.keySet()));
    }
  }

  private boolean prefixOfSome(String key) {
    return flags.keySet().stream().anyMatch(name -> name.startsWith(key + "."));
  }

  private void set(Flag<?> flag, @Nullable Object value) {
    var texts = new ArrayList<String>();
    switch (value) {
      case String text -> texts.add(expand(flag, text));
      case List<?> list when flag.repeatable() ->
        list.forEach(e -> texts.add(expand(flag, String.valueOf(e))));
      case Map<?, ?> map -> map.forEach((name, text) -> texts.add(expand(flag, name + "=" + text)));
      case null, default -> {
        problems.add(origin + ": " + flag.name() + " needs one value");
        return;
      }
    }
    if (values.put(flag.name(), texts) != null) {
      problems.add(origin + ": " + flag.name() + " is given twice, nested and with dots");
    }
  }

  /// Replaces `${NAME}` from the environment; `$${` stands for `${`.
  private String expand(Flag<?> flag, String text) {
    return VARIABLE.matcher(text).replaceAll(match -> {
      String name = match.group(2);
      if (name == null) {
        return Matcher.quoteReplacement("${");
      }
      String value = environment.get(name);
      if (value == null) {
        problems.add(origin + ": " + flag.name() + " refers to the environment variable " + name
            + ", which is not set; write $${ for a literal ${");
        return "";
      }
      return Matcher.quoteReplacement(value);
    });
  }
}

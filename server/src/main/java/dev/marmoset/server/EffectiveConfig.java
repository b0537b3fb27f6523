package dev.marmoset.server;

import dev.marmoset.server.config.LoadedConfig.Origin;
import dev.marmoset.server.config.LoadedConfig.Setting;
import dev.marmoset.server.json.JsonWriter;
import java.util.List;

/// Shows what the configuration came out as.
final class EffectiveConfig {
  private EffectiveConfig() {}

  /// The settings somebody gave, as a configuration file that would give the same. JSON strings are YAML strings.
  static String yaml(List<Setting> settings) {
    var yaml = new StringBuilder();
    for (Setting setting : settings) {
      if (setting.origin() != Origin.DEFAULT && !setting.name().equals("config-file")) {
        yaml.append(setting.name()).append(": ").append(value(setting.texts())).append('\n');
      }
    }
    return yaml.toString();
  }

  /// Every setting with its origin, one a line, for people.
  static String listing(List<Setting> settings) {
    var text = new StringBuilder();
    for (Setting setting : settings) {
      String value = setting.text().isEmpty() ? "(none)" : setting.text();
      text.append(String.format("%-32s %-24s %s%n", setting.name(), value, origin(setting.origin())));
    }
    return text.toString();
  }

  private static JsonWriter value(List<String> texts) {
    var json = new JsonWriter();
    if (texts.size() == 1) {
      return json.value(texts.getFirst());
    }
    json.array();
    texts.forEach(json::value);
    return json.endArray();
  }

  private static String origin(Origin origin) {
    return switch (origin) {
      case FLAG -> "flag";
      case ENVIRONMENT -> "environment";
      case FILE -> "file";
      case DEFAULT -> "default";
    };
  }
}

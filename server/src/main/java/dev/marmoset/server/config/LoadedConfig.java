package dev.marmoset.server.config;

import java.util.List;

/// What came of reading the configuration.
public sealed interface LoadedConfig {
  /// Things somebody should look at although the process can run.
  List<String> warnings();

  /// The configuration can be used.
  ///
  /// @param config   the parsed values
  /// @param settings every setting with its text and where it came from, in the order of [Flags]
  /// @param warnings one sentence each
  record Valid(ServerConfig config, List<Setting> settings, List<String> warnings) implements LoadedConfig {
    /// Copies the lists.
    public Valid {
      settings = List.copyOf(settings);
      warnings = List.copyOf(warnings);
    }
  }

  /// The configuration cannot be used.
  ///
  /// @param problems everything that is wrong, one sentence each, never empty
  /// @param warnings one sentence each
  record Invalid(List<String> problems, List<String> warnings) implements LoadedConfig {
    /// Copies the lists.
    public Invalid {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }
  }

  /// One setting as it took effect.
  ///
  /// @param name   flag name without dashes in front
  /// @param texts  the value as written, one per occurrence; none only for a repeatable flag
  /// @param origin where it came from
  record Setting(String name, List<String> texts, Origin origin) {
    /// Copies the list.
    public Setting {
      texts = List.copyOf(texts);
    }

    /// All occurrences in one text.
    public String text() {
      return String.join(", ", texts);
    }
  }

  /// Where a value came from, strongest first.
  enum Origin {
    /// The command line.
    FLAG,
    /// An environment variable.
    ENVIRONMENT,
    /// The configuration file or inline configuration.
    FILE,
    /// Nobody set it.
    DEFAULT
  }
}

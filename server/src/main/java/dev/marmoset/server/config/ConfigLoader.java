package dev.marmoset.server.config;

import dev.marmoset.server.config.LoadedConfig.Origin;
import dev.marmoset.server.config.LoadedConfig.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Joins command line, environment, file and defaults, in this order of strength, and finds everything that is wrong.
///
/// Use a loader for one load.
public final class ConfigLoader {
  /// Read by the launcher script, not by us; so they are no typing errors.
  private static final Set<String> LAUNCHER_VARIABLES = Set.of("MARMOSET_JAVA_HOME", "MARMOSET_JAVA_OPTS");

  /// Stands for the value of a secret setting.
  private static final String HIDDEN = "<secret>";
  private static final Flag<?>[] DOOR_FLAGS = {Flags.AUTH_CONFIG, Flags.AUTH_CONFIG_FILE, Flags.HTTP_CONFIG,
    Flags.WEB_CONFIG_FILE, Flags.GRPC_TLS_CERT, Flags.GRPC_TLS_KEY, Flags.GRPC_TLS_CLIENT_CA,
    Flags.GRPC_TLS_MIN_VERSION};

  private static final Flag<?>[] BUCKET_FLAGS = {Flags.OBJSTORE_CONFIG, Flags.OBJSTORE_CONFIG_FILE,
    Flags.UPLOAD_ADOPT_LABELS, Flags.LABEL};

  private final Map<String, String> environment;
  private final Map<String, Flag<?>> flags = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /// @param environment the process environment
  public ConfigLoader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    for (Flag<?> flag : Flags.ALL) {
      flags.put(flag.name(), flag);
    }
  }

  /// Loads the configuration.
  ///
  /// @param commandLine texts of the given flags by name without dashes, in order of occurrence; every name is one of
  ///                    [Flags#names]
  /// @param faults      what is wrong with the command line itself; comes first among the problems
  public LoadedConfig load(Map<String, List<String>> commandLine, List<String> faults) {
    problems.addAll(faults);
    warnAboutUnknownVariables();
    var file = readFile(commandLine);
    var values = new Values();
    var settings = new ArrayList<Setting>();
    for (Flag<?> flag : flags.values()) {
      settings.add(resolve(flag, commandLine, file, values));
    }
    ConfigRules.check(values, problems);
    var doors = values.have(DOOR_FLAGS) ? new DoorRules(values, environment, problems).read()
        : ServerConfig.Doors.OPEN;
    var bucket = values.have(BUCKET_FLAGS) ? new BucketRules(values, environment, problems).read()
        : BucketRules.NONE;
    if (!problems.isEmpty()) {
      return new LoadedConfig.Invalid(problems, warnings);
    }
    settings.removeIf(s -> s.name().equals(Flags.CONFIG.name()));
    return new LoadedConfig.Valid(ConfigRules.assemble(values, doors, bucket), settings, warnings);
  }

  private void warnAboutUnknownVariables() {
    var known = new HashSet<>(LAUNCHER_VARIABLES);
    flags.values().forEach(flag -> known.add(flag.environmentName()));
    for (String name : environment.keySet().stream().sorted().toList()) {
      if (name.startsWith(Flags.ENVIRONMENT_PREFIX) && !known.contains(name)) {
        warnings.add("environment variable " + name + " is not known and has no effect"
            + NearestMatch.hint(name, known));
      }
    }
  }

  private Map<String, List<String>> readFile(Map<String, List<String>> commandLine) {
    var inline = source(Flags.CONFIG, commandLine);
    var path = source(Flags.CONFIG_FILE, commandLine);
    if (!inline.isEmpty() && !path.isEmpty()) {
      problems.add("--config and --config-file are both given; only one may be");
      return Map.of();
    }
    if (!inline.isEmpty()) {
      return new ConfigFile("--config", flags, environment, problems).read(inline);
    }
    return path.isEmpty() ? Map.of() : readFile(path);
  }

  private Map<String, List<String>> readFile(String path) {
    try {
      return new ConfigFile(path, flags, environment, problems).read(Files.readString(Path.of(path)));
    } catch (IOException | InvalidPathException e) {
      problems.add("--config-file: reading " + path + ": " + e);
      return Map.of();
    }
  }

  private String source(Flag<String> flag, Map<String, List<String>> commandLine) {
    var given = commandLine.get(flag.name());
    return given != null ? given.getLast() : environment.getOrDefault(flag.environmentName(), "");
  }

  private <T> Setting resolve(Flag<T> flag, Map<String, List<String>> commandLine,
      Map<String, List<String>> file,
      Values values) {
    var given = commandLine.get(flag.name());
    if (given != null) {
      return read(flag, given, Origin.FLAG, flag.toString(), values);
    }
    String variable = environment.get(flag.environmentName());
    if (variable != null) {
      var texts = flag.repeatable() ? LabelPairs.split(variable) : List.of(variable);
      return read(flag, texts, Origin.ENVIRONMENT, flag.environmentName(), values);
    }
    var written = file.get(flag.name());
    if (written != null) {
      return read(flag, written, Origin.FILE, "key " + flag.name(), values);
    }
    var texts = flag.repeatable() ? List.<String>of() : List.of(flag.defaultText());
    return read(flag, texts, Origin.DEFAULT, "default of " + flag, values);
  }

  private <T> Setting read(Flag<T> flag, List<String> texts, Origin origin, String place, Values values) {
    try {
      values.put(flag, flag.read(texts));
    } catch (InvalidValueException e) {
      problems.add(place + ": " + e.getMessage());
    }
    boolean hidden = flag.secret() && origin != Origin.DEFAULT;
    return new Setting(flag.name(), hidden ? List.of(HIDDEN) : texts, origin);
  }

  /// Parsed values by flag. A flag whose text was not a value is missing.
  static final class Values {
    private final Map<Flag<?>, Object> values = new HashMap<>();

    private <T> void put(Flag<T> flag, T value) {
      values.put(flag, value);
    }

    /// Whether all of these flags have a value.
    boolean have(Flag<?>... wanted) {
      return values.keySet().containsAll(List.of(wanted));
    }

    /// The value of a flag that has one.
    @SuppressWarnings("unchecked") // put() is the only writer and ties flag and value together
    <T> T of(Flag<T> flag) {
      Object value = values.get(flag);
      if (value == null) {
        throw new IllegalStateException(flag + " has no value");
      }
      return (T) value;
    }
  }
}

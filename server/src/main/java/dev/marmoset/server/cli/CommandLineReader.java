package dev.marmoset.server.cli;

import dev.marmoset.server.config.BucketRules;
import dev.marmoset.server.config.Durations;
import dev.marmoset.server.config.Flag;
import dev.marmoset.server.config.Flags;
import dev.marmoset.server.config.HostPort;
import dev.marmoset.server.config.InvalidValueException;
import dev.marmoset.server.config.NearestMatch;
import dev.marmoset.server.config.Syntax;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// Turns arguments into an [Invocation]. All faults of a command line are found at once.
public final class CommandLineReader {
  private static final String NO = "--no-";

  private final Map<String, String> environment;

  /// @param environment gives the client commands the addresses the server was told
  public CommandLineReader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /// Reads the arguments of the process.
  public Invocation read(String... arguments) {
    var parsed = commandLine().parseArgs(arguments);
    var command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    String name = parsed.hasSubcommand() ? command.commandSpec().name() : "serve";
    if (parsed.hasMatchedOption("--help") || command.hasMatchedOption("--help") || name.equals("help")) {
      return new Invocation.Help(HelpText.of(parsed.hasSubcommand() ? name : "help"));
    }
    if (parsed.hasMatchedOption("--version")) {
      return new Invocation.Version();
    }
    var texts = new HashMap<String, List<String>>();
    var faults = new ArrayList<String>();
    collect(parsed, texts);
    if (parsed.hasSubcommand()) {
      if (!name.equals("serve") && !name.equals("check-config")) {
        texts.keySet().forEach(flag -> faults.add("--" + flag + " stands before the command " + name
            + "; flags of a command stand behind it"));
        texts.clear();
      }
      collect(command, texts);
    }
    texts.forEach((flag, given) -> checkOccurrences(flag, given, faults));
    faults.addAll(faultsOf(command, name));
    return invocation(name, command, texts, faults);
  }

  private Invocation invocation(String name, ParseResult command, Map<String, List<String>> texts,
      List<String> faults) {
    return switch (name) {
      case "serve" -> new Invocation.Serve(texts, faults);
      case "check-config" -> new Invocation.CheckConfig(texts, faults);
      case "series" -> series(command, texts, faults);
      case "health" -> health(texts, faults);
      case "blocks" -> blocks(command, texts, faults);
      case "version" -> orMisuse(new Invocation.Version(), faults);
      case "selftest" -> orMisuse(new Invocation.SelfTest(), faults);
      default -> throw new IllegalStateException("command " + name + " is declared but not read");
    };
  }

  private Invocation series(ParseResult command, Map<String, List<String>> texts, List<String> faults) {
    String selector = command.matchedPositionalValue(0, "");
    if (selector.isEmpty() && faults.isEmpty()) {
      faults.add("series needs a selector, e.g. marmoset series '{job=\"marmoset\"}'");
    }
    var address = value(texts, faults, "grpc-address", HostPort.SYNTAX,
        environment.getOrDefault(Flags.GRPC_ADDRESS.environmentName(), "127.0.0.1:10901"));
    var since = value(texts, faults, "since", Syntax.of("<duration>", Durations::parse), "5m");
    var output = value(texts, faults, "output", Syntax.oneOf("table", "json"), "table");
    var access = new ClientFlags(texts, faults).access();
    if (address.isEmpty() || since.isEmpty() || output.isEmpty()) {
      return new Invocation.Misuse(faults);
    }
    return orMisuse(new Invocation.Series(selector, address.getFirst().reachable(), since.getFirst(),
        output.getFirst().equals("json"), access), faults);
  }

  private Invocation blocks(ParseResult command, Map<String, List<String>> texts,
      List<String> faults) {
    var verb = Arrays.stream(Invocation.BlocksVerb.values())
        .filter(v -> v.name().toLowerCase(Locale.ROOT).equals(command.matchedPositionalValue(0, "")))
        .findFirst();
    String directory = command.matchedPositionalValue(1, "");
    Optional<Invocation.BlocksPlace> place = directory.isEmpty() ? bucket(texts, faults)
        : Optional.of(new Invocation.BlocksDirectory(Path.of(directory)));
    if (!directory.isEmpty() && texts.keySet().stream().anyMatch(flag -> flag.startsWith("objstore."))) {
      faults.add("blocks looks at the directory " + directory + " or at a bucket, not at both");
    }
    if (verb.isEmpty() || place.isEmpty() && faults.isEmpty()) {
      faults
          .add("blocks needs list, verify or inspect and a directory or --objstore.config-file, e.g. marmoset"
              + " blocks verify ./data/blocks");
    }
    var output = value(texts, faults, "output", Syntax.oneOf("table", "json"), "table");
    return faults.isEmpty()
        ? new Invocation.Blocks(verb.orElseThrow(), place.orElseThrow(), output.getFirst().equals("json"))
        : new Invocation.Misuse(faults);
  }

  /// The bucket of the flags, else of the environment.
  private Optional<Invocation.BlocksPlace> bucket(Map<String, List<String>> texts, List<String> faults) {
    boolean byFlag = texts.keySet().stream().anyMatch(flag -> flag.startsWith("objstore."));
    String inline = text(texts, Flags.OBJSTORE_CONFIG, byFlag);
    String file = text(texts, Flags.OBJSTORE_CONFIG_FILE, byFlag);
    Optional<Path> scratch = Optional.of(text(texts, Flags.TSDB_SCRATCH_PATH, false))
        .filter(path -> !path.isEmpty()).map(Path::of);
    return BucketRules
        .read(inline, Optional.of(file).filter(path -> !path.isEmpty()).map(Path::of), environment, faults)
        .map(settings -> new Invocation.BlocksBucket(settings, scratch));
  }

  private String text(Map<String, List<String>> texts, Flag<?> flag, boolean onlyByFlag) {
    String otherwise = onlyByFlag ? "" : environment.getOrDefault(flag.environmentName(), "");
    return texts.getOrDefault(flag.name(), List.of(otherwise)).getLast();
  }

  private Invocation health(Map<String, List<String>> texts, List<String> faults) {
    var address = value(texts, faults, "http-address", HostPort.SYNTAX,
        environment.getOrDefault(Flags.HTTP_ADDRESS.environmentName(), "127.0.0.1:10902"));
    var check = value(texts, faults, "check", Syntax.oneOf("ready", "healthy", "writable"), "ready");
    if (address.isEmpty() || check.isEmpty()) {
      return new Invocation.Misuse(faults);
    }
    return orMisuse(new Invocation.Health(address.getFirst().reachable(), check.getFirst()), faults);
  }

  /// The value of a client flag, or nothing and one more fault.
  private static <T> List<T> value(Map<String, List<String>> texts, List<String> faults, String flag,
      Syntax<T> syntax,
      String otherwise) {
    try {
      return List.of(syntax.parse(texts.getOrDefault(flag, List.of(otherwise)).getLast()));
    } catch (InvalidValueException e) {
      faults.add("--" + flag + ": " + e.getMessage());
      return List.of();
    }
  }

  private static Invocation orMisuse(Invocation invocation, List<String> faults) {
    return faults.isEmpty() ? invocation : new Invocation.Misuse(faults);
  }

  private static void collect(ParseResult result, Map<String, List<String>> texts) {
    for (OptionSpec option : result.matchedOptionsSet()) {
      String name = option.longestName();
      boolean negated = name.startsWith(NO) && Flags.names().contains(name.substring(NO.length()));
      String flag = negated ? name.substring(NO.length()) : name.substring(2);
      var given = texts.computeIfAbsent(flag, _ -> new ArrayList<>());
      if (negated) {
        given.add("false");
      } else {
        given.addAll(option.stringValues());
      }
    }
  }

  private static void checkOccurrences(String name, List<String> texts, List<String> faults) {
    boolean repeatable = Flags.ALL.stream().anyMatch(flag -> flag.name().equals(name) && flag.repeatable());
    if (texts.size() > 1 && !repeatable) {
      faults.add("--" + name + " is given " + texts.size() + " times (" + String.join(", ", texts)
          + "); it takes one value");
    }
  }

  private static List<String> faultsOf(ParseResult command, String name) {
    var faults = new ArrayList<String>();
    command.errors().stream().map(Exception::getMessage).forEach(faults::add);
    var known = new TreeSet<String>();
    command.commandSpec().options().forEach(option -> known.addAll(List.of(option.names())));
    for (String argument : command.unmatched()) {
      if (argument.startsWith("-")) {
        String flag = argument.split("=", 2)[0];
        faults.add("unknown flag " + flag + NearestMatch.hint(flag, known));
      } else if (name.equals("serve")) {
        faults.add("unknown command " + argument + NearestMatch.hint(argument, HelpText.COMMANDS.keySet()));
      } else {
        faults.add("unexpected argument " + argument);
      }
    }
    return faults;
  }

  private static CommandLine commandLine() {
    var root = configurable(CommandSpec.create().name("marmoset"));
    root.addOption(OptionSpec.builder("--version", "-V").arity("0").type(boolean.class).build());
    root.addSubcommand("serve", configurable(CommandSpec.create()));
    root.addSubcommand("check-config", configurable(CommandSpec.create()));
    var series = withHelp(CommandSpec.create());
    List.of("--grpc-address", "--since", "--output").forEach(name -> series.addOption(one(name)));
    series.addOption(texts("--" + ClientFlags.SECURE).arity("0..1").fallbackValue("true").build());
    ClientFlags.WITH_VALUE.forEach(name -> series.addOption(one("--" + name)));
    series.addPositional(PositionalParamSpec.builder().index("0").arity("0..1").type(String.class).build());
    root.addSubcommand("series", series);
    var blocks = withHelp(CommandSpec.create());
    blocks.addOption(one("--output"));
    List.of(Flags.OBJSTORE_CONFIG, Flags.OBJSTORE_CONFIG_FILE, Flags.TSDB_SCRATCH_PATH)
        .forEach(flag -> blocks.addOption(one("--" + flag.name())));
    for (String index : List.of("0", "1")) {
      blocks
          .addPositional(PositionalParamSpec.builder().index(index).arity("0..1").type(String.class).build());
    }
    root.addSubcommand("blocks", blocks);
    var health = withHelp(CommandSpec.create());
    List.of("--http-address", "--check").forEach(name -> health.addOption(one(name)));
    root.addSubcommand("health", health);
    for (String name : List.of("version", "selftest", "help")) {
      root.addSubcommand(name, withHelp(CommandSpec.create()));
    }
    var commandLine = new CommandLine(root);
    commandLine.setUnmatchedArgumentsAllowed(true).setUnmatchedOptionsArePositionalParams(false)
        .setExpandAtFiles(false).setInterpolateVariables(false);
    collectErrors(commandLine);
    return commandLine;
  }

  private static void collectErrors(CommandLine commandLine) {
    commandLine.getCommandSpec().parser().collectErrors(true);
    commandLine.getSubcommands().values().forEach(CommandLineReader::collectErrors);
  }

  private static CommandSpec configurable(CommandSpec spec) {
    for (Flag<?> flag : Flags.ALL) {
      if (flag.onOff()) {
        spec.addOption(texts("--" + flag.name()).arity("0..1").fallbackValue("true").build());
        spec.addOption(texts(NO + flag.name()).arity("0").build());
      } else {
        spec.addOption(one("--" + flag.name()));
      }
    }
    return withHelp(spec);
  }

  private static CommandSpec withHelp(CommandSpec spec) {
    return spec
        .addOption(OptionSpec.builder("--help", "-h").arity("0").type(boolean.class).usageHelp(true).build());
  }

  private static OptionSpec one(String name) {
    return texts(name).arity("1").build();
  }

  private static OptionSpec.Builder texts(String name) {
    return OptionSpec.builder(name).type(List.class).auxiliaryTypes(String.class);
  }
}

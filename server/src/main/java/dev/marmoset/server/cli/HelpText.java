package dev.marmoset.server.cli;

import dev.marmoset.server.config.Flag;
import dev.marmoset.server.config.Flags;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The texts behind `--help`.
final class HelpText {
  /// Commands and what they do, in the order of the help.
  static final Map<String, String> COMMANDS = commands();

  private static final int WIDTH = 100;

  private static final String CLIENT_SERIES = """
      usage: marmoset series [flags] <selector>

      Asks a running store over the StoreAPI for series and prints their labels, the number of samples, the last
      value and its time. The selector is a Prometheus one: up, {job="marmoset"}, http_requests_total{code=~"5.."}.

      flags:
        --grpc-address=<host:port>  Where the store listens. Default: MARMOSET_GRPC_ADDRESS or 127.0.0.1:10901.
        --since=<duration>          How far back from now. Default: 5m.
        --output=<table|json>       Default: table.

      flags for a store behind a lock:
        --grpc-client-tls-secure            Speak TLS; every other flag of TLS implies it.
        --grpc-client-tls-ca=<path>         PEM file of the authorities that may have signed the store's certificate.
                                            Default: those of the JVM.
        --grpc-client-server-name=<name>    Name that the certificate must have. Default: the host of the address.
        --grpc-client-tls-cert=<path>       PEM file of a client certificate, ...
        --grpc-client-tls-key=<path>        ... and of its key, PKCS #8.
        --bearer-token-file=<path>          File with a bearer token.
        --basic-auth-user=<name>            Name for basic authentication, ...
        --basic-auth-password-file=<path>   ... and the file with its password.
      """;

  private static final String CLIENT_HEALTH = """
      usage: marmoset health [flags]

      Asks a running store how it is; exit code 0 means well, 1 not.

      flags:
        --http-address=<host:port>        Where the store listens. Default: MARMOSET_HTTP_ADDRESS or
                                          127.0.0.1:10902.
        --check=<ready|healthy|writable>  Which check. Default: ready.
      """;

  private static final String BLOCKS = """
      usage: marmoset blocks <list|verify|inspect> [flags] <directory>
             marmoset blocks <list|verify|inspect> [flags] --objstore.config-file=<path>

      Looks at Prometheus or Thanos blocks in a directory, at the one block the directory is, or at those of a
      bucket. verify reads everything: checksums, order, references, postings in both directions, statistics,
      and what Thanos demands of a block in a bucket. Exit code 0 means nothing is wrong, 1 something is.

      flags:
        --output=<table|json>          Default: table.
        --objstore.config=<yaml>       The bucket, in Thanos' form; or MARMOSET_OBJSTORE_CONFIG.
        --objstore.config-file=<path>  File with the same; or MARMOSET_OBJSTORE_CONFIG_FILE.
        --tsdb.scratch-path=<path>     Where a block of a bucket is put while it is verified, one at a time.
                                       Default: the system's temporary directory.
      """;

  private HelpText() {}

  /// Help on a command; `help` for the overview.
  static String of(String command) {
    return switch (command) {
      case "series" -> CLIENT_SERIES;
      case "health" -> CLIENT_HEALTH;
      case "blocks" -> BLOCKS;
      case "version", "selftest" -> "usage: marmoset " + command + "\n\n" + COMMANDS.get(command) + "\n";
      case "check-config" ->
        "usage: marmoset check-config [flags]\n\n" + COMMANDS.get(command) + "\n" + flags();
      default -> overview();
    };
  }

  private static String overview() {
    var text = new StringBuilder("""
        usage: marmoset [serve] [flags]
               marmoset <command> --help

        A store for Prometheus metrics: takes remote write, keeps it durably, answers the Thanos StoreAPI.

        commands:
        """);
    COMMANDS.forEach((name, what) -> text.append(String.format("  %-13s %s%n", name, what)));
    return text.append(flags()).toString();
  }

  private static String flags() {
    var text = new StringBuilder();
    String group = "";
    for (Flag<?> flag : Flags.ALL) {
      if (!flag.group().equals(group)) {
        group = flag.group();
        text.append('\n').append(group).append(":\n");
      }
      text.append("  --")
          .append(flag.onOff() ? "[no-]" + flag.name() : flag.name() + "=" + flag.placeholder())
          .append('\n');
      wrap(text, flag.help() + (flag.defaultText().isEmpty() ? "" : " Default: " + flag.defaultText() + "."));
      text.append("      [").append(flag.environmentName()).append("]\n");
    }
    return text.toString();
  }

  private static void wrap(StringBuilder text, String sentences) {
    int column = 0;
    for (String word : sentences.split(" ")) {
      if (column == 0 || column + 1 + word.length() > WIDTH) {
        text.append(column == 0 ? "" : "\n").append("      ");
        column = 6;
      } else {
        text.append(' ');
        column++;
      }
      text.append(word);
      column += word.length();
    }
    text.append('\n');
  }

  private static Map<String, String> commands() {
    var commands = new LinkedHashMap<String, String>();
    commands.put("serve", "Run the store (default).");
    commands.put("series", "Ask a running store for series.");
    commands.put("health", "Ask a running store how it is.");
    commands.put("blocks", "List, verify or inspect blocks in a directory.");
    commands.put("check-config", "Check the configuration, print it and exit.");
    commands.put("selftest", "Start everything on a temporary directory, write, read, stop.");
    commands.put("version", "Print what was built when and from what.");
    commands.put("help", "Print this.");
    return Collections.unmodifiableMap(commands);
  }
}

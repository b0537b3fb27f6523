package dev.marmoset.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.cli.ClientAccess.Credential;
import dev.marmoset.server.cli.ClientAccess.Tls;
import dev.marmoset.server.config.Flag;
import dev.marmoset.server.config.Flags;
import dev.marmoset.server.config.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineReaderTest {
  private final CommandLineReader reader = new CommandLineReader(Map.of());

  @Test
  void servesByDefault() {
    assertThat(reader.read()).isEqualTo(new Invocation.Serve(Map.of(), List.of()));
    assertThat(reader.read("serve")).isEqualTo(new Invocation.Serve(Map.of(), List.of()));
  }

  @Test
  void valuesStandBehindAnEqualsSignOrABlank() {
    var expected =
        new Invocation.Serve(Map.of("tsdb.path", List.of("/x"), "label", List.of("a=\"1\"", "b=2")),
            List.of());
    assertThat(reader.read("--tsdb.path", "/x", "--label=a=\"1\"", "--label", "b=2")).isEqualTo(expected);
    assertThat(reader.read("serve", "--tsdb.path=/x", "--label=a=\"1\"", "--label=b=2")).isEqualTo(expected);
  }

  @Test
  void switchesNeedNoValueAndCanBeTurnedOff() {
    assertThat(flags("--web.enable-lifecycle")).containsEntry("web.enable-lifecycle", List.of("true"));
    assertThat(flags("--no-self-monitoring")).containsEntry("self-monitoring", List.of("false"));
    assertThat(flags("--self-monitoring=false")).containsEntry("self-monitoring", List.of("false"));
    assertThat(reader.read("--web.enable-lifecycle", "serve"))
        .isEqualTo(new Invocation.Serve(Map.of("web.enable-lifecycle", List.of("true")), List.of()));
  }

  @Test
  void allFaultsAreFoundAtOnce() {
    assertThat(faults("--tsdb.pth=1", "serv", "--log.level=info", "--log.level", "warn", "--http-address"))
        .hasSize(4)
        .anyMatch(fault -> fault.startsWith("--log.level is given 2 times (info, warn)"))
        .anyMatch(fault -> fault.contains("Missing required parameter for option '--http-address'"))
        .contains("unknown flag --tsdb.pth; did you mean --tsdb.path?",
            "unknown command serv; did you mean serve?");
  }

  @Test
  void aSwitchGivenBothWaysIsGivenTwice() {
    assertThat(faults("--self-monitoring", "--no-self-monitoring")).singleElement().asString()
        .startsWith("--self-monitoring is given 2 times");
  }

  @Test
  void seriesAsksTheLocalStoreByDefault() {
    assertThat(reader.read("series", "up")).isEqualTo(
        new Invocation.Series("up", new HostPort("127.0.0.1", 10901), Duration.ofMinutes(5), false,
            ClientAccess.PLAIN));
    assertThat(reader.read("series", "--since=1h", "--output=json", "--grpc-address", "a:1", "{a=\"b\"}"))
        .isEqualTo(new Invocation.Series("{a=\"b\"}", new HostPort("a", 1), Duration.ofHours(1), true,
            ClientAccess.PLAIN));
  }

  @Test
  void seriesGetsThroughLockedDoors() {
    assertThat(access("--grpc-client-tls-secure"))
        .isEqualTo(
            new ClientAccess(Optional.of(new Tls(Optional.empty(), Optional.empty(), Optional.empty())),
                new Credential.None()));
    assertThat(access("--grpc-client-tls-ca=ca", "--grpc-client-tls-cert=c", "--grpc-client-tls-key", "k",
        "--grpc-client-server-name=store", "--bearer-token-file=t"))
        .isEqualTo(new ClientAccess(Optional.of(new Tls(Optional.of(Path.of("ca")),
            Optional.of(new ClientAccess.KeyPair(Path.of("c"), Path.of("k"))), Optional.of("store"))),
            new Credential.Bearer(Path.of("t"))));
    assertThat(access("--basic-auth-user=ann", "--basic-auth-password-file=p"))
        .isEqualTo(new ClientAccess(Optional.empty(), new Credential.Basic("ann", Path.of("p"))));
    assertThat(
        misuse("series", "up", "--grpc-client-tls-cert=c", "--basic-auth-user=ann", "--bearer-token-file=t"))
        .containsExactly(
            "--grpc-client-tls-cert and --grpc-client-tls-key belong together; only one is given",
            "--basic-auth-user and --basic-auth-password-file belong together; only one is given",
            "--bearer-token-file and --basic-auth-user are both given; only one may be");
    assertThat(misuse("series", "up", "--grpc-client-tls-secure=false", "--grpc-client-tls-ca=ca"))
        .containsExactly("--grpc-client-tls-secure=false contradicts the other flags of TLS");
    assertThat(misuse("series", "up", "--grpc-client-tls-secure=maybe")).hasSize(1);
  }

  private ClientAccess access(String... flags) {
    var arguments = new ArrayList<>(List.of("series", "up"));
    arguments.addAll(List.of(flags));
    return ((Invocation.Series) reader.read(arguments.toArray(String[]::new))).access();
  }

  @Test
  void clientsKnowTheAddressesTheServerWasTold() {
    var told =
        new CommandLineReader(Map.of("MARMOSET_GRPC_ADDRESS", "0.0.0.0:7", "MARMOSET_HTTP_ADDRESS", ":8"));
    assertThat(told.read("series", "up")).isInstanceOfSatisfying(Invocation.Series.class,
        series -> assertThat(series.address()).isEqualTo(new HostPort("127.0.0.1", 7)));
    assertThat(told.read("health", "--check=writable"))
        .isEqualTo(new Invocation.Health(new HostPort("127.0.0.1", 8), "writable"));
  }

  @Test
  void misuseOfAClientCommandIsNamed() {
    assertThat(misuse("series"))
        .containsExactly("series needs a selector, e.g. marmoset series '{job=\"marmoset\"}'");
    assertThat(misuse("series", "up", "down")).containsExactly("unexpected argument down");
    assertThat(misuse("series", "up", "--output=xml"))
        .containsExactly("--output: \"xml\" is none of table, json");
    assertThat(misuse("health", "--chek=ready"))
        .containsExactly("unknown flag --chek; did you mean --check?");
    assertThat(misuse("--log.level=debug", "version")).containsExactly(
        "--log.level stands before the command version; flags of a command stand behind it");
  }

  @Test
  void helpNamesEveryFlagItsDefaultAndItsVariable() {
    var help = ((Invocation.Help) reader.read("--help")).text();
    for (Flag<?> flag : Flags.ALL) {
      assertThat(help).contains(flag.name(), "[" + flag.environmentName() + "]");
    }
    assertThat(help).contains("0.0.0.0:10902", "--[no-]self-monitoring", "check-config");
    assertThat(reader.read("help")).isEqualTo(new Invocation.Help(help));
    assertThat(reader.read("series", "--help")).isEqualTo(new Invocation.Help(HelpText.of("series")));
  }

  @Test
  void versionIsAFlagAndACommand() {
    assertThat(reader.read("--version")).isEqualTo(new Invocation.Version());
    assertThat(reader.read("version")).isEqualTo(new Invocation.Version());
    assertThat(reader.read("selftest")).isEqualTo(new Invocation.SelfTest());
  }

  private Map<String, List<String>> flags(String... arguments) {
    var serve = (Invocation.Serve) reader.read(arguments);
    assertThat(serve.faults()).isEmpty();
    return serve.flags();
  }

  private List<String> faults(String... arguments) {
    return ((Invocation.Serve) reader.read(arguments)).faults();
  }

  private List<String> misuse(String... arguments) {
    return ((Invocation.Misuse) reader.read(arguments)).faults();
  }
}

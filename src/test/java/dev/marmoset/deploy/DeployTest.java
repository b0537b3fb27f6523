package dev.marmoset.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.config.Flag;
import dev.marmoset.server.config.Flags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// What deploy/ and the Dockerfile tell the program is what the program understands.
class DeployTest {
  private static final Path ROOT = Path.of(System.getProperty("marmoset.root", "."));
  private static final Pattern VARIABLE = Pattern.compile("MARMOSET_[A-Z_]+");
  /// Of the launcher and of the example script, not of the server.
  private static final Set<String> OTHER_VARIABLES = Set.of("MARMOSET_ENDPOINT");

  @Test
  void everyVariableIsAFlag() throws IOException {
    Set<String> known =
        Flags.ALL.stream().map(Flag::environmentName).collect(Collectors.toCollection(TreeSet::new));
    known.addAll(OTHER_VARIABLES);
    var used = new TreeSet<String>();
    for (Path file : files()) {
      VARIABLE.matcher(Files.readString(file)).results().forEach(match -> used.add(match.group()));
    }
    assertThat(used).isNotEmpty().isSubsetOf(known);
  }

  @Test
  void jsonAndYamlParse() throws IOException {
    for (Path file : files()) {
      String name = file.getFileName().toString();
      if (name.endsWith(".json") || name.endsWith(".yml") || name.endsWith(".yaml")) {
        assertThat(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file))).as(name)
            .isNotNull();
      }
    }
  }

  @Test
  void imageAndTaskUseTheDefaultPorts() throws IOException {
    for (Path file : List.of(ROOT.resolve("Dockerfile"), ROOT.resolve("deploy/ecs/task-definition.json"))) {
      assertThat(Files.readString(file)).contains(port(Flags.HTTP_ADDRESS), port(Flags.GRPC_ADDRESS));
    }
  }

  private static String port(Flag<?> address) {
    return address.defaultText().substring(address.defaultText().lastIndexOf(':') + 1);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> tree = Files.walk(ROOT.resolve("deploy"))) {
      return Stream.concat(Stream.of(ROOT.resolve("Dockerfile")), tree.filter(Files::isRegularFile)).toList();
    }
  }
}

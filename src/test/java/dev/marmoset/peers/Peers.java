package dev.marmoset.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/// Where the peers' binaries are. `src/test/peers/build` puts them there; it and this class take the version from the
/// peer's `go.mod`, so that neither can name a version the other does not mean.
public enum Peers {
  PROMETHEUS("prometheus", "github.com/prometheus/prometheus", "prometheus"), PROMTOOL("prometheus",
      "github.com/prometheus/prometheus",
      "promtool"), THANOS("thanos", "github.com/thanos-io/thanos", "thanos");

  private final String peer;
  private final String module;
  private final String binary;

  Peers(String peer, String module, String binary) {
    this.peer = peer;
    this.module = module;
    this.binary = binary;
  }

  /// The executable. Where it was not built the calling test is skipped, and one line says so.
  public Path binary() {
    Path path = cache().resolve(peer + "-" + version()).resolve(binary);
    boolean present = Files.isExecutable(path);
    if (!present) {
      System.err.println("peers: SKIPPED, there is no " + path + "; build it with src/test/peers/build");
    }
    assumeTrue(present, () -> path + " was not built");
    return path;
  }

  private String version() {
    Path goMod = root().resolve("src/test/peers").resolve(peer).resolve("go.mod");
    try {
      var required = Pattern.compile("(?m)^(?:require)?\\s+" + Pattern.quote(module) + " (v\\S+)")
          .matcher(Files.readString(goMod));
      if (!required.find()) {
        throw new IllegalStateException(
            "looking up the version of " + module + ": " + goMod + " does not require it");
      }
      return required.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + goMod, e);
    }
  }

  /// Root of the source tree; a module's tests run in the module's directory.
  private static Path root() {
    return Path.of(System.getProperty("marmoset.root", ".."));
  }

  private static Path cache() {
    Map<String, String> environment = System.getenv();
    String home = System.getProperty("user.home");
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return Path.of(xdg.isEmpty() ? home + "/.cache" : xdg).resolve("marmoset/peers");
  }
}

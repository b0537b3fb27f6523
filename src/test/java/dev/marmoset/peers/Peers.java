package dev.marmoset.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Where the peers' binaries are. `src/test/peers/build` and `src/test/peers/senders` put them there; they and this class
/// take the versions from the same files, so that neither can name a version the other does not mean.
public enum Peers {
  /// Prometheus 3.x, built from source.
  PROMETHEUS("prometheus"),
  /// Belongs to [#PROMETHEUS].
  PROMTOOL("promtool"),
  /// All commands of Thanos.
  THANOS("thanos"),
  /// Prometheus 2.42 of Debian 12.
  PROMETHEUS_2("prometheus"),
  /// Of the newest Debian package that was fetched.
  VMAGENT("usr/bin/vmagent"),
  /// The public receiver suite of prometheus/compliance.
  RECEIVER_SUITE("receiver.test"),
  /// Not a binary: the directory that the npm senders are found in.
  NPM("node_modules");

  private static final String PROMETHEUS_MODULE = "github.com/prometheus/prometheus";
  private static final String THANOS_MODULE = "github.com/thanos-io/thanos";
  /// Hexadecimal digits of the lock file's hash in the name of the npm directory.
  private static final int LOCK_DIGITS = 16;

  private final String path;

  Peers(String path) {
    this.path = path;
  }

  /// The executable. Where it was not built the calling test is skipped, and one line says so.
  public Path binary() {
    Optional<Path> found = directory().map(directory -> directory.resolve(path)).filter(Files::isExecutable);
    if (found.isEmpty()) {
      System.err.println("peers: SKIPPED, " + this + " is not in " + cache()
          + "; get it with src/test/peers/build or src/test/peers/senders");
    }
    assumeTrue(found.isPresent(), () -> this + " was not built or fetched");
    return found.orElseThrow();
  }

  private Optional<Path> directory() {
    return switch (this) {
      case PROMETHEUS, PROMTOOL ->
        Optional.of(cache().resolve("prometheus-" + moduleVersion("prometheus", PROMETHEUS_MODULE)));
      case THANOS -> Optional.of(cache().resolve("thanos-" + moduleVersion("thanos", THANOS_MODULE)));
      case PROMETHEUS_2 -> Optional.of(cache().resolve("prometheus-" + version("prometheus2_version")));
      case RECEIVER_SUITE -> Optional.of(cache().resolve("compliance-" + version("compliance_version")));
      case NPM -> Optional.of(cache().resolve("npm-" + lockHash()));
      case VMAGENT -> newest("victoria-metrics-");
    };
  }

  private static String moduleVersion(String peer, String module) {
    return find(peers().resolve(peer).resolve("go.mod"),
        "(?m)^(?:require)?\\s+" + Pattern.quote(module) + " (v\\S+)");
  }

  private static String version(String key) {
    return find(peers().resolve("versions"), "(?m)^" + key + "=(\\S+)");
  }

  private static String lockHash() {
    try {
      byte[] lock = Files.readAllBytes(peers().resolve("npm/package-lock.json"));
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(lock))
          .substring(0, LOCK_DIGITS);
    } catch (IOException e) {
      throw new UncheckedIOException("hashing the lock file of npm", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static Optional<Path> newest(String prefix) {
    if (!Files.isDirectory(cache())) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(cache())) {
      return all.filter(directory -> directory.getFileName().toString().startsWith(prefix))
          .max(Comparator.comparing(directory -> numbers(directory.getFileName().toString()),
              Arrays::compare));
    } catch (IOException e) {
      throw new UncheckedIOException("listing " + cache(), e);
    }
  }

  /// The numbers of a version, so that 1.100 is newer than 1.99.
  private static long[] numbers(String name) {
    return Pattern.compile("\\d{1,18}").matcher(name).results().mapToLong(n -> Long.parseLong(n.group()))
        .toArray();
  }

  private static String find(Path file, String pattern) {
    try {
      var found = Pattern.compile(pattern).matcher(Files.readString(file, StandardCharsets.UTF_8));
      if (!found.find()) {
        throw new IllegalStateException("looking up a version: " + file + " has nothing like " + pattern);
      }
      return found.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  private static Path peers() {
    return root().resolve("src/test/peers");
  }

  /// Root of the source tree; a module's tests run in the module's directory.
  public static Path root() {
    return Path.of(System.getProperty("marmoset.root", ".."));
  }

  private static Path cache() {
    Map<String, String> environment = System.getenv();
    String home = System.getProperty("user.home");
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return Path.of(xdg.isEmpty() ? home + "/.cache" : xdg).resolve("marmoset/peers");
  }
}

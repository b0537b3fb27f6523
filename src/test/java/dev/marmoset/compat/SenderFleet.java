package dev.marmoset.compat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.marmoset.peers.CountingTarget;
import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.PeerProcess;
import dev.marmoset.peers.Peers;
import dev.marmoset.peers.PrometheusServer;
import dev.marmoset.peers.SendersPage;
import dev.marmoset.server.tls.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Two stores and every sender that scrapes, as docs/senders.md configures them; all run at once.
///
/// Belongs to one thread.
final class SenderFleet {
  /// Words of the page that stand for something of the reader's.
  private static final String HOST = "marmoset:10902";
  private static final String HASH = "$2y$10$...";
  private static final String PASSWORD = "a password of the test";
  private static final String TOKEN = "a-token-of-the-test";
  static final String SECRET = "a-secret-key-of-the-test";

  final Path directory;
  final SendersPage page = SendersPage.read();
  private final PeerLogs logs;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final Map<Door, MarmosetProcess> stores = new EnumMap<>(Door.class);
  private final List<Writer> writers = new ArrayList<>();

  /// The stores.
  enum Door {
    /// Without flags.
    PLAIN,
    /// With TLS and credentials.
    LOCKED
  }

  /// One sender's way to one store.
  ///
  /// @param name       for people
  /// @param target     what it scrapes
  /// @param labels     that all its series carry in the store, and no other's
  /// @param prometheus where what it scraped can be asked for as well; its own labels there are `labels` without `via`
  record Writer(String name, CountingTarget target, Door door, Map<String, String> labels,
      Optional<PrometheusServer> prometheus) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// A remote-write entry of the page.
  ///
  /// @param block of the page
  /// @param more  lines for the entry
  private record Entry(String block, Door door, String more) {}

  SenderFleet(Path directory, PeerLogs logs) throws Exception {
    this.directory = directory;
    this.logs = logs;
    stores.put(Door.PLAIN,
        watched(MarmosetProcess.start("plain", directory, "--self-monitoring.interval=1s")));
    stores.put(Door.LOCKED, watched(locked()));
  }

  private MarmosetProcess locked() throws Exception {
    var pair = TestCertificates.pair(directory, "server");
    Files.copy(pair.cert(), directory.resolve("marmoset-ca.crt"));
    Files.writeString(directory.resolve("marmoset-password"), PASSWORD);
    Files.writeString(directory.resolve("marmoset-token"), TOKEN);
    Files.writeString(directory.resolve("lambda-secret"), SECRET);
    Files.writeString(directory.resolve("web.yml"), page.block("web.yml", Map.of()));
    Files.writeString(directory.resolve("auth.yml"), page.block("auth.yml", Map.of(
        HASH, BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(10, PASSWORD.toCharArray()),
        "/etc/marmoset/agent-token", directory.resolve("marmoset-token").toString(),
        "/etc/marmoset/lambda-secret", directory.resolve("lambda-secret").toString())));
    return MarmosetProcess.start("locked", directory, "--self-monitoring.interval=1s",
        "--http.config=" + directory.resolve("web.yml"),
        "--auth.config-file=" + directory.resolve("auth.yml"));
  }

  private MarmosetProcess watched(MarmosetProcess store) {
    logs.watch(store.process());
    return store;
  }

  MarmosetProcess store(Door door) {
    return Optional.ofNullable(stores.get(door)).orElseThrow();
  }

  List<Writer> writers() {
    return List.copyOf(writers);
  }

  /// SIGKILL for both stores while everybody writes, then both again on the same addresses.
  void killAndRestartStores() {
    for (Door door : Door.values()) {
      var store = store(door);
      store.kill();
      stores.put(door, watched(store.restart()));
    }
  }

  void startPrometheus2() {
    startPrometheus("prometheus-2.42", List.of(Peers.PROMETHEUS_2.binary().toString(),
        "--storage.tsdb.path=" + directory.resolve("prometheus-2-data")),
        List.of(
            new Entry("prometheus-1.0", Door.PLAIN, ""),
            new Entry("prometheus-basic", Door.LOCKED, ""),
            // Not SigV4: Debian's 2.42 takes the section and sends no signature.
            new Entry("prometheus-bearer", Door.LOCKED, "")));
  }

  void startPrometheus3() {
    String v2 = "    protobuf_message: io.prometheus.write.v2.Request\n";
    startPrometheus("prometheus-3", List.of(Peers.PROMETHEUS.binary().toString(),
        "--storage.tsdb.path=" + directory.resolve("prometheus-3-data")),
        List.of(
            new Entry("prometheus-1.0", Door.PLAIN, ""),
            new Entry("prometheus-2.0", Door.PLAIN, ""),
            new Entry("prometheus-basic", Door.LOCKED, ""),
            new Entry("prometheus-bearer", Door.LOCKED, v2),
            new Entry("prometheus-sigv4", Door.LOCKED, v2)));
  }

  void startAgent() {
    var words = new ArrayList<>(page.command("prometheus-agent",
        Map.of("/var/lib/prometheus-agent", directory.resolve("agent-data").toString())));
    words.set(0, Peers.PROMETHEUS.binary().toString());
    words.remove("--config.file=prometheus.yml");
    var target = closing(CountingTarget.start());
    var entry = new Entry("prometheus-2.0", Door.PLAIN, "");
    var agent = closing(PrometheusServer.start("agent", words, directory,
        scrape("agent", target) + "remote_write:\n" + remoteWrite(entry)));
    logs.watch(agent.process());
    writers.add(writer("agent", target, entry, Optional.empty()));
  }

  private void startPrometheus(String name, List<String> command, List<Entry> entries) {
    var target = closing(CountingTarget.start());
    var text = new StringBuilder(scrape(name, target)).append("remote_write:\n");
    entries.forEach(entry -> text.append(remoteWrite(entry)));
    var server = closing(PrometheusServer.start(name, command, directory, text.toString()));
    logs.watch(server.process());
    entries.forEach(entry -> writers.add(writer(name, target, entry, Optional.of(server))));
  }

  private static Writer writer(String process, CountingTarget target, Entry entry,
      Optional<PrometheusServer> server) {
    return new Writer(process + " " + entry.block + (entry.more.isEmpty() ? "" : " 2.0"), target, entry.door,
        Map.of("job", process, "via", entry.block), server);
  }

  /// The entry of the page, and a label that tells it from the others of the same Prometheus.
  private String remoteWrite(Entry entry) {
    var places = new HashMap<>(Map.of(HOST, store(entry.door).httpAddress()));
    switch (entry.block) {
      case "prometheus-basic" -> places.put("/etc/prometheus/marmoset-password", path("marmoset-password"));
      case "prometheus-bearer" -> places.put("/etc/prometheus/marmoset-token", path("marmoset-token"));
      case "prometheus-sigv4" -> places.put("SECRET", SECRET);
      default -> {}
    }
    if (entry.door == Door.LOCKED) {
      places.put("/etc/prometheus/marmoset-ca.crt", path("marmoset-ca.crt"));
    }
    String block = page.block(entry.block, places);
    return block.substring(block.indexOf('\n') + 1) + entry.more + """
            name: %s
            write_relabel_configs:
              - target_label: via
                replacement: %s
        """.formatted(entry.block, entry.block);
  }

  private static String scrape(String job, CountingTarget target) {
    return """
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
        scrape_configs:
          - job_name: %s
            static_configs:
              - targets: ['%s']
        """.formatted(job, target.address());
  }

  void startVmagents() throws Exception {
    startVmagent("vmagent", Door.PLAIN, Map.of());
    startVmagent("vmagent-bearer", Door.LOCKED, Map.of("/etc/vmagent/marmoset-token", path("marmoset-token"),
        "/etc/vmagent/marmoset-ca.crt", path("marmoset-ca.crt")));
  }

  private void startVmagent(String block, Door door, Map<String, String> more) throws Exception {
    var target = closing(CountingTarget.start());
    Files.writeString(directory.resolve(block + ".yml"), scrape(block, target));
    var places = new HashMap<>(more);
    places.put(HOST, store(door).httpAddress());
    places.put("=prometheus.yml", "=" + path(block + ".yml"));
    places.put("/var/lib/vmagent", path(block + "-data"));
    var words = new ArrayList<>(page.command(block, places));
    words.set(0, Peers.VMAGENT.binary().toString());
    words.add("-httpListenAddr=127.0.0.1:0");
    var process = closing(PeerProcess.start(block, words, directory));
    logs.watch(process);
    writers.add(new Writer(block, target, door, Map.of("job", block), Optional.empty()));
  }

  /// Runs a script of the page with node, at a fixed time.
  ///
  /// @param now ms since the epoch, in place of `Date.now()`
  /// @return exit code
  int runNode(String block, Door door, long now) throws Exception {
    Path packages = Peers.NPM.binary();
    Path link = directory.resolve("node_modules");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, packages);
    }
    Path script = Files.writeString(directory.resolve(block + ".mjs"), page.block(block,
        Map.of(HOST, store(door).httpAddress(), "Date.now()", Long.toString(now))));
    try (var node = PeerProcess.start(block, List.of("env", "ACCESS_KEY=AKIDMARMOSET", "SECRET_KEY=" + SECRET,
        "NODE_EXTRA_CA_CERTS=" + path("marmoset-ca.crt"), "node", script.toString()), directory)) {
      logs.watch(node);
      return node.awaitEnd(Duration.ofSeconds(20));
    }
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private <T extends AutoCloseable> T closing(T started) {
    running.push(started);
    return started;
  }

  /// Ends everything.
  void stop() throws Exception {
    while (!running.isEmpty()) {
      running.pop().close();
    }
    for (var store : stores.values()) {
      store.close();
    }
  }
}

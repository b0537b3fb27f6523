package dev.marmoset.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A real Prometheus that scrapes every second and writes what it scraped to others.
public final class PrometheusServer implements AutoCloseable {
  private final PeerProcess process;
  private final QueryApi api;

  private PrometheusServer(PeerProcess process, QueryApi api) {
    this.process = process;
    this.api = api;
  }

  /// Somebody to write to.
  ///
  /// @param url             of remote write
  /// @param protobufMessage `prometheus.WriteRequest` (1.0) or `io.prometheus.write.v2.Request` (2.0)
  public record RemoteWrite(URI url, String protobufMessage) {}

  /// Starts it and waits until it is ready.
  ///
  /// @param directory for its data, configuration and log; exists
  /// @param targets   address to scrape by `instance` label; `job` is `demo`
  public static PrometheusServer start(Path directory, Map<String, String> targets,
      List<RemoteWrite> writes) {
    String address = FreePorts.address();
    Path configuration = directory.resolve("prometheus.yml");
    try {
      Files.writeString(configuration, configuration(targets, writes));
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + configuration, e);
    }
    return ready(address, PeerProcess.start("prometheus", List.of(
        Peers.PROMETHEUS.binary().toString(),
        "--config.file=" + configuration,
        "--storage.tsdb.path=" + directory.resolve("prometheus-data"),
        "--web.listen-address=" + address), directory));
  }

  /// Starts it over blocks that others wrote, with nothing to scrape, and waits until it is ready.
  ///
  /// @param directory for its configuration and log; exists
  /// @param data      holds the blocks; Prometheus writes its own files beside them
  public static PrometheusServer startOver(Path directory, Path data) {
    String address = FreePorts.address();
    Path configuration = directory.resolve("prometheus.yml");
    try {
      Files.writeString(configuration, "global: {}\n");
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + configuration, e);
    }
    return ready(address, PeerProcess.start("prometheus", List.of(
        Peers.PROMETHEUS.binary().toString(),
        "--config.file=" + configuration,
        "--storage.tsdb.path=" + data,
        "--storage.tsdb.retention.time=20y",
        "--web.listen-address=" + address), directory));
  }

  /// Starts one with a configuration of the caller's and waits until it is ready.
  ///
  /// @param name          of its files
  /// @param command       its binary and flags; those for the configuration and the address are added
  /// @param directory     for its configuration and log; exists
  /// @param configuration YAML
  public static PrometheusServer start(String name, List<String> command, Path directory,
      String configuration) {
    String address = FreePorts.address();
    Path file = directory.resolve(name + ".yml");
    try {
      Files.writeString(file, configuration);
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + file, e);
    }
    var words = new ArrayList<>(command);
    words.add("--config.file=" + file);
    words.add("--web.listen-address=" + address);
    return ready(address, PeerProcess.start(name, words, directory));
  }

  private static PrometheusServer ready(String address, PeerProcess process) {
    try {
      process.awaitReady(URI.create("http://" + address + "/-/ready"), Duration.ofSeconds(30));
    } catch (IllegalStateException e) {
      process.close();
      throw e;
    }
    return new PrometheusServer(process, new QueryApi(address));
  }

  private static String configuration(Map<String, String> targets, List<RemoteWrite> writes) {
    var text = new StringBuilder("""
      global:
        scrape_interval: 1s
        scrape_timeout: 1s
      scrape_configs:
        - job_name: demo
          static_configs:
      """);
    targets.forEach((instance, address) -> text.append("""
            - targets: ['%s']
              labels: {instance: '%s'}
      """.formatted(address, instance)));
    text.append("remote_write:\n");
    for (RemoteWrite write : writes) {
      text.append("""
          - url: %s
            protobuf_message: %s
            queue_config: {batch_send_deadline: 500ms, max_shards: 2}
        """.formatted(write.url(), write.protobufMessage()));
    }
    return text.toString();
  }

  /// Its query API.
  public QueryApi api() {
    return api;
  }

  /// For error texts.
  public PeerProcess process() {
    return process;
  }

  @Override
  public void close() {
    api.close();
    process.close();
  }
}

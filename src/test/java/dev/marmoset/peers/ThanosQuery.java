package dev.marmoset.peers;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A real `thanos query` over one StoreAPI or several.
public final class ThanosQuery implements AutoCloseable {
  private static final String ENDPOINT = "--endpoint=";
  private static final Duration START = Duration.ofSeconds(30);

  private final PeerProcess process;
  private final QueryApi api;

  private ThanosQuery(PeerProcess process, QueryApi api) {
    this.process = process;
    this.api = api;
  }

  /// Starts it and waits until it has accepted the store.
  ///
  /// @param name         of the log file
  /// @param directory    for its log, exists
  /// @param endpoint     gRPC host and port of the store
  /// @param replicaLabel dropped from the answers; series that differ in it only become one
  public static ThanosQuery start(String name, Path directory, String endpoint, String replicaLabel) {
    return start(name, directory, List.of(endpoint), replicaLabel);
  }

  /// The same over several stores.
  public static ThanosQuery start(String name, Path directory, List<String> endpoints, String replicaLabel) {
    var words = new ArrayList<>(List.of("thanos", "query", "--query.replica-label=" + replicaLabel,
        "--query.lookback-delta=5m", // Prometheus' default
        "--store.response-timeout=10s"));
    endpoints.forEach(endpoint -> words.add(ENDPOINT + endpoint));
    return start(name, directory, words);
  }

  /// The same as somebody types it.
  ///
  /// @param command `thanos query` with its flags, but for its own addresses
  public static ThanosQuery start(String name, Path directory, List<String> command) {
    String address = FreePorts.address();
    var words = new ArrayList<>(command);
    words.set(0, Peers.THANOS.binary().toString());
    words.add("--http-address=" + address);
    words.add("--grpc-address=" + FreePorts.address());
    List<String> endpoints = command.stream().filter(word -> word.startsWith(ENDPOINT))
        .map(word -> word.substring(ENDPOINT.length())).toList();
    var process = PeerProcess.start(name, words, directory);
    var query = new ThanosQuery(process, new QueryApi(address));
    try {
      process.awaitReady(URI.create("http://" + address + "/-/ready"), START);
      endpoints.forEach(query::awaitStore);
    } catch (IllegalStateException e) {
      query.close();
      throw e;
    }
    return query;
  }

  /// Thanos is ready without any store and answers then that there is no data.
  private void awaitStore(String endpoint) {
    Json _ = Polling.until("thanos-query to accept the store at " + endpoint, START,
        () -> api.get("stores", Map.of()).items().stream()
            .flatMap(stores -> stores.items().stream())
            .filter(store -> store.at("name").text().equals(endpoint) && store.at("lastError").isNull())
            .findAny(),
        process::logTail);
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

package dev.marmoset.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A real `thanos store` over one bucket.
public final class ThanosStore implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(30);

  private final PeerProcess process;
  private final String grpcAddress;

  private ThanosStore(PeerProcess process, String grpcAddress) {
    this.process = process;
    this.grpcAddress = grpcAddress;
  }

  /// Starts it and waits until it serves the blocks that are in the bucket now.
  ///
  /// @param directory for its cache, configuration and log; exists
  /// @param bucket    configuration of the bucket in Thanos' form
  public static ThanosStore start(Path directory, String bucket) {
    Path configuration = directory.resolve("thanos-store.yml");
    try {
      Files.writeString(configuration, bucket);
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + configuration, e);
    }
    String http = FreePorts.address();
    String grpc = FreePorts.address();
    var process = PeerProcess.start("thanos-store", List.of(
        Peers.THANOS.binary().toString(), "store",
        "--http-address=" + http,
        "--grpc-address=" + grpc,
        "--objstore.config-file=" + configuration,
        "--data-dir=" + directory.resolve("thanos-store-data"),
        "--sync-block-duration=1s"), directory);
    try {
      process.awaitReady(URI.create("http://" + http + "/-/ready"), START);
    } catch (IllegalStateException e) {
      process.close();
      throw e;
    }
    return new ThanosStore(process, grpc);
  }

  /// Host and port of its StoreAPI.
  public String grpcAddress() {
    return grpcAddress;
  }

  /// For error texts.
  public PeerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }
}

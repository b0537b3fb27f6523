package dev.marmoset.storage.objstore;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/// A real S3 server inside the test's JVM, on 127.0.0.1. In memory.
public final class S3ProxyServer implements AutoCloseable {
  public static final String ACCESS_KEY = "test-key";
  public static final String SECRET_KEY = "test-secret";

  private final S3Proxy server;

  private S3ProxyServer(S3Proxy server) {
    this.server = server;
  }

  public static S3ProxyServer start() throws Exception {
    var server = S3Proxy.builder().blobStore(new TransientNio2BlobStore())
        .endpoint(URI.create("http://127.0.0.1:0")).metricsEnabled(false)
        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY).build();
    server.start();
    while (!server.getState().equals("STARTED")) {
      Thread.onSpinWait();
    }
    return new S3ProxyServer(server);
  }

  public int port() {
    return server.getPort();
  }

  /// Makes a bucket.
  public void create(String bucket) throws Exception {
    try (var client = S3Connection.open(settings(bucket, port()))) {
      client.createBucket(request -> request.bucket(bucket));
    }
  }

  /// Settings of a bucket behind a port of this machine, which may be a proxy's.
  public static S3Settings settings(String bucket, int port) {
    return new S3Settings(bucket, "", new S3Settings.Endpoint(Optional.of("127.0.0.1:" + port), true),
        "us-east-1", true, new S3Settings.Credentials.Fixed(ACCESS_KEY, SECRET_KEY, Optional.empty()),
        new S3Settings.Encryption.BucketDefault(),
        new S3Settings.Upload(S3Settings.Upload.LEAST_PART_BYTES, true, false, Optional.empty(), Map.of()),
        // Longer than a test machine stalls.
        new S3Settings.Transport(Duration.ofMinutes(2), Duration.ofMinutes(2), Duration.ofMinutes(4),
            List.of(), false));
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("stopping S3Proxy", e);
    }
  }
}

package dev.marmoset.peers;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/// An S3 server inside the test's JVM, on 127.0.0.1, over a directory. A bucket is a directory in it.
public final class S3Server implements AutoCloseable {
  private static final String KEY = "test-key";
  private static final String SECRET = "test-secret";

  private final S3Proxy server;

  private S3Server(S3Proxy server) {
    this.server = server;
  }

  /// Starts one over the directories in `root`.
  public static S3Server start(Path root) {
    var server = S3Proxy.builder().blobStore(new FilesystemNio2BlobStore(root.toString()))
        .endpoint(URI.create("http://127.0.0.1:0")).metricsEnabled(false)
        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET).build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("starting S3Proxy over " + root, e);
    }
    Polling.until("S3Proxy to start", Duration.ofSeconds(20),
        () -> server.getState().equals("STARTED") ? Optional.of(true) : Optional.empty(), () -> "");
    return new S3Server(server);
  }

  /// A bucket's configuration as Thanos and Marmoset read it.
  public String configuration(String bucket) {
    return "type: S3\nconfig:\n  bucket: " + bucket + "\n  endpoint: 127.0.0.1:" + server.getPort()
        + "\n  insecure: true\n  access_key: " + KEY + "\n  secret_key: " + SECRET
        + "\n  bucket_lookup_type: path\n";
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

package dev.marmoset.e2e;

import dev.marmoset.proto.prometheus.WriteRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.xerial.snappy.Snappy;

/// A remote write 1.0 sender that never repeats a request, so that a test knows what each answer was about.
///
/// May be shared by threads.
public final class RemoteWriteSender implements AutoCloseable {
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI url;

  /// @param url of remote write
  public RemoteWriteSender(URI url) {
    this.url = url;
  }

  /// Sends one request and waits for its answer.
  ///
  /// @return the HTTP status
  /// @throws IOException if there is none: nobody listens, or the connection broke
  public int send(WriteRequest request) throws IOException, InterruptedException {
    var post = HttpRequest.newBuilder(url)
        .timeout(Duration.ofMinutes(3))
        .header("Content-Type", "application/x-protobuf")
        .header("Content-Encoding", "snappy")
        .header("X-Prometheus-Remote-Write-Version", "0.1.0")
        .POST(BodyPublishers.ofByteArray(Snappy.compress(request.toByteArray())))
        .build();
    return http.send(post, BodyHandlers.discarding()).statusCode();
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

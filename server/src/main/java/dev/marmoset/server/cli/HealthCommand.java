package dev.marmoset.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;

/// Asks a running store how it is. Used as health check of the container image, which has no other HTTP client.
public final class HealthCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_ANSWER_BYTES = 4096;

  /// The command.
  public HealthCommand() {}

  /// What the store says of itself.
  ///
  /// @param well whether the check passed
  /// @param text what it said, or why it could not be asked
  public record Result(boolean well, String text) {}

  /// Asks once; over TLS if the store does not speak plain text.
  public Result run(Invocation.Health query) {
    try {
      return ask(query, "http");
    } catch (ConnectException _) {
      return new Result(false,
          "nothing listens on " + query.address() + "; is the store running? --http-address names"
              + " another address");
    } catch (SocketTimeoutException e) {
      return new Result(false, "asking " + uri(query, "http") + ": " + e.getMessage());
    } catch (IOException plain) {
      try {
        return ask(query, "https");
      } catch (IOException e) {
        return new Result(false, "asking " + uri(query, "http") + ": " + plain.getMessage() + "; over TLS: "
            + e.getMessage());
      }
    }
  }

  private static URI uri(Invocation.Health query, String scheme) {
    return URI.create(scheme + "://" + query.address() + "/-/" + query.check());
  }

  private static Result ask(Invocation.Health query, String scheme) throws IOException {
    if (!(uri(query, scheme).toURL().openConnection() instanceof HttpURLConnection connection)) {
      throw new IOException("not an HTTP address");
    }
    if (connection instanceof HttpsURLConnection tls) {
      tls.setSSLSocketFactory(AnyCertificate.sockets());
      tls.setHostnameVerifier((_, _) -> true);
    }
    try {
      connection.setConnectTimeout((int) TIMEOUT.toMillis());
      connection.setReadTimeout((int) TIMEOUT.toMillis());
      boolean well = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      try (var body = well ? connection.getInputStream() : connection.getErrorStream()) {
        String said = body == null ? "" : new String(body.readNBytes(MAX_ANSWER_BYTES), UTF_8).strip();
        return new Result(well,
            query.check() + ": " + (well ? "" : connection.getResponseCode() + " ") + said);
      }
    } finally {
      connection.disconnect();
    }
  }
}

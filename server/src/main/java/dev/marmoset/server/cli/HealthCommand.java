package dev.marmoset.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;

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

  /// Asks once.
  public Result run(Invocation.Health query) {
    var uri = URI.create("http://" + query.address() + "/-/" + query.check());
    try {
      if (!(uri.toURL().openConnection() instanceof HttpURLConnection connection)) {
        throw new IOException("not an HTTP address");
      }
      connection.setConnectTimeout((int) TIMEOUT.toMillis());
      connection.setReadTimeout((int) TIMEOUT.toMillis());
      boolean well = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      try (var body = well ? connection.getInputStream() : connection.getErrorStream()) {
        String said = body == null ? "" : new String(body.readNBytes(MAX_ANSWER_BYTES), UTF_8).strip();
        return new Result(well,
            query.check() + ": " + (well ? "" : connection.getResponseCode() + " ") + said);
      } finally {
        connection.disconnect();
      }
    } catch (ConnectException _) {
      return new Result(false,
          "nothing listens on " + query.address() + "; is the store running? --http-address names"
              + " another address");
    } catch (IOException e) {
      return new Result(false, "asking " + uri + ": " + e.getMessage());
    }
  }
}

package dev.marmoset.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Posts the bodies of a [RequestFile] over several connections and waits for every answer.
///
/// As shards of a sender do: a connection has its own series and sends them in order, one request at a time. A 503 is
/// sent again after a second, everything else that is not 2xx counts as refused.
final class LoadGenerator {
  private static final int UNAVAILABLE = 503;
  private static final long RETRY_MILLIS = 1000;

  private final RequestFile file;
  private final int perScrape;
  private final int connections;
  private final HttpConnection.Credential credential;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong retried = new AtomicLong();
  private volatile String refusal = "";

  /// @param perScrape   requests of one scrape
  /// @param connections senders at a time
  LoadGenerator(RequestFile file, int perScrape, int connections) {
    this(file, perScrape, connections, HttpConnection.Credential.NONE);
  }

  /// @param perScrape   requests of one scrape
  /// @param connections senders at a time
  /// @param credential  what they all show
  LoadGenerator(RequestFile file, int perScrape, int connections, HttpConnection.Credential credential) {
    this.file = file;
    this.perScrape = perScrape;
    this.connections = Math.min(connections, perScrape);
    this.credential = credential;
  }

  /// What a run met.
  ///
  /// @param seconds   from the first request to the last answer
  /// @param latencies of all requests, ascending, ns
  record Result(double seconds, long[] latencies) {
    double millis(double quantile) {
      return latencies[(int) Math.min(latencies.length - 1, quantile * latencies.length)] / 1e6;
    }
  }

  /// Sends the scrapes `from` to `to`.
  ///
  /// @param samplesPerSecond 0 = as fast as the answers come
  Result send(int port, String path, int version, int from, int to, long samplesPerSecond)
      throws IOException {
    long begin = System.nanoTime();
    var latencies = new long[(to - from) * perScrape];
    long pace =
        samplesPerSecond == 0 ? 0 : RequestEncoder.SAMPLES * TimeUnit.SECONDS.toNanos(1) / samplesPerSecond;
    try (var executor = Executors.newFixedThreadPool(connections)) {
      var senders = new ArrayList<Future<?>>();
      for (int c = 0; c < connections; c++) {
        int first = c;
        senders.add(executor.submit(() -> {
          try (var connection = new HttpConnection(port, path, version, credential)) {
            var body = new byte[1 << 20];
            for (int scrape = from; scrape < to; scrape++) {
              for (int request = first; request < perScrape; request += connections) {
                int at = (scrape - from) * perScrape + request;
                await(begin + at * pace, pace);
                int i = scrape * perScrape + request;
                file.read(i, body);
                long sent = System.nanoTime();
                post(connection, body, file.length(i));
                latencies[at] = System.nanoTime() - sent;
              }
            }
          }
          return null;
        }));
      }
      for (var sender : senders) {
        sender.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException("sending to port " + port, e);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Arrays.sort(latencies);
    return new Result(seconds, latencies);
  }

  /// Requests answered neither 2xx nor 503.
  long refused() {
    return refused.get();
  }

  /// Requests sent again after a 503.
  long retried() {
    return retried.get();
  }

  /// An answer to a request that was not accepted, for people.
  String refusal() {
    return refusal;
  }

  private static void await(long due, long pace) throws InterruptedException {
    long wait = due - System.nanoTime();
    if (pace > 0 && wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  private void post(HttpConnection connection, byte[] body, int length)
      throws IOException, InterruptedException {
    int status = connection.post(body, length);
    while (status == UNAVAILABLE) {
      retried.incrementAndGet();
      refusal = status + " " + connection.text();
      Thread.sleep(RETRY_MILLIS);
      status = connection.post(body, length);
    }
    if (status >= 300) {
      refused.incrementAndGet();
      refusal = status + " " + connection.text();
    }
  }
}

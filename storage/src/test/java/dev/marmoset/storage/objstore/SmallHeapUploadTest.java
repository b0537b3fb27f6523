package dev.marmoset.storage.objstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStore.RequestGate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An object far larger than the heap goes up in parts: memory does not depend on its size.
class SmallHeapUploadTest {
  private static final long BYTES = 200L << 20;

  /// Runs in a JVM of its own with a heap of 24 MiB.
  public static void main(String[] arguments) throws IOException {
    try (ObjectStore store = S3ProxyServer.settings("b", Integer.parseInt(arguments[0])).open()) {
      var content = new ObjectContent() {
        @Override
        public long bytes() {
          return BYTES;
        }

        @Override
        public InputStream open(long offset, long length) {
          return zeros(length);
        }
      };
      var _ = store.put("large", content, Condition.NONE, RequestGate.OPEN);
    }
  }

  private static InputStream zeros(long length) {
    return new InputStream() {
      private long left = length;

      @Override
      public int read() {
        return left-- > 0 ? 0 : -1;
      }

      @Override
      public int read(byte[] target, int from, int count) {
        int n = (int) Math.min(count, left);
        left -= n;
        return n == 0 && count > 0 ? -1 : n;
      }
    };
  }

  @Test
  void goesUpInASmallHeap(@TempDir Path directory) throws Exception {
    var received = new AtomicLong();
    var sink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    sink.createContext("/", exchange -> answer(exchange, received));
    sink.start();
    try {
      Path output = directory.resolve("output");
      Process process = new ProcessBuilder(
          List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx24m", "-cp",
              System.getProperty("java.class.path"), SmallHeapUploadTest.class.getName(),
              Integer.toString(sink.getAddress().getPort())))
          .redirectErrorStream(true).redirectOutput(output.toFile()).start();
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(output)).isZero();
      assertThat(received).hasValue(BYTES);
    } finally {
      sink.stop(0);
    }
  }

  /// As much of S3 as a multipart put needs.
  private static void answer(HttpExchange exchange, AtomicLong received) throws IOException {
    try (exchange; InputStream in = exchange.getRequestBody()) {
      long bytes = in.transferTo(OutputStream.nullOutputStream());
      String query = exchange.getRequestURI().getQuery();
      String text = "";
      if (exchange.getRequestMethod().equals("PUT")) {
        received.addAndGet(bytes);
        exchange.getResponseHeaders().add("ETag", "\"tag\"");
      } else if (query.equals("uploads")) {
        text = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
      } else {
        text = "<CompleteMultipartUploadResult><ETag>\"tag\"</ETag></CompleteMultipartUploadResult>";
      }
      byte[] body = text.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}

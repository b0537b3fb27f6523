package dev.marmoset.conformance;

import static dev.marmoset.conformance.Case.of;
import static dev.marmoset.conformance.CaseRun.HOUR;
import static dev.marmoset.conformance.CaseRun.N;
import static dev.marmoset.conformance.CaseRun.V1;
import static dev.marmoset.conformance.CaseRun.V2;
import static dev.marmoset.conformance.CaseRun.snappy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.xerial.snappy.SnappyFramedOutputStream;

/// Cases 83 to 93: what senders declare wrongly, how they come in, and what protects the store from them.
final class FrontDoorCases {
  /// Captured from npm prometheus-remote-write 0.5.1; the metric is the tail of `response_status_code_total`.
  private static final String NPM_BODY =
      "b901f08a0ab6010a0e0a077365727669636512037376630a260a085f5f6e616d655f5f121a726573706f6e73655f7374"
          + "617475735f636f64655f746f74616c0a120a0b7374617475735f636f646512033230300a0d0a066d6574686f64120347"
          + "45540a0e0a05726f75746512052f76312f780a100a0a6163636f756e745f6964120261310a130a0a5f756e6971756501"
          + "12240563662e677a1210090005012008401080d095ffbc31151220104010f08195ffbc31";
  private static final List<String> PATHS = List.of("/api/v1/write", "/api/v1/receive", "/api/v1/push",
      "/api/prom/push", "/api/v1/remote_write", "/workspaces/ws-1/api/v1/remote_write");
  private static final int DECODED_CAP = 64 << 20;
  private static final int BODY_CAP = 16 << 20;

  private FrontDoorCases() {}

  static Stream<Case> rows() {
    return Stream.of(codings(), bombs(), doors(), texts()).flatMap(rows -> rows);
  }

  private interface Coding {
    OutputStream over(OutputStream out) throws IOException;
  }

  private static byte[] coded(Coding coding, byte[] raw) throws IOException {
    var out = new ByteArrayOutputStream();
    try (OutputStream stream = coding.over(out)) {
      stream.write(raw);
    }
    return out.toByteArray();
  }

  private static Stream<Case> codings() {
    return Stream.of(recognised("framed", SnappyFramedOutputStream::new),
        recognised("gzip", GZIPOutputStream::new),
        recognised("plain", out -> out),
        of(84, "zstd body with and without `snappy`", run -> {
          byte[] zstd = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, 0, 0};
          run.post(zstd, "Content-Type", V1, "Content-Encoding", "snappy").is(415);
          run.post(zstd, "Content-Type", V1).is(415);
        }),
        of(85, "identity: plain protobuf, snappy", run -> {
          byte[] plain = run.up().sample(N, 1).v1().toByteArray();
          run.post(plain, "Content-Type", V1, "Content-Encoding", "identity").is(204);
          run.post(snappy(plain), "Content-Type", V1, "Content-Encoding", "Identity").is(400);
          run.holds(N, 1);
        }));
  }

  private static Case recognised(String name, Coding coding) {
    return of(83, name + ", declared as nothing and as snappy", run -> {
      byte[] v1 = coded(coding, run.up().sample(N, 1).v1().toByteArray());
      byte[] v2 = coded(coding, run.up().sample(N + 1, 2).v2().toByteArray());
      double before = run.counter("marmoset.ingest.lenient.requests", "kind", name);
      run.post(v1, "Content-Type", V1).is(204, "");
      run.post(v2, "Content-Type", V2).is(204, "1/0/0");
      run.post(v1, "Content-Type", V1, "Content-Encoding", "snappy").is(204, "");
      run.post(v2, "Content-Type", V2, "Content-Encoding", "snappy").is(204, "1/0/0");
      assertThat(run.counter("marmoset.ingest.lenient.requests", "kind", name) - before).isEqualTo(4);
      run.holds(N, 1, N + 1, 2);
    });
  }

  private static Stream<Case> bombs() {
    byte[] zeros = new byte[DECODED_CAP + 1];
    return Stream.of(
        of(87, "gzip, framed and block bombs", run -> {
          for (Coding coding : List.<Coding>of(GZIPOutputStream::new, SnappyFramedOutputStream::new)) {
            run.post(coded(coding, zeros), "Content-Type", V1).is(413).says("after decompression");
          }
          run.post(snappy(zeros), "Content-Type", V1).is(413).says("after decompression");
        }),
        of(87, "compressed body above its cap, with and without Content-Length", run -> {
          byte[] large = new byte[BODY_CAP + 1];
          run.post(large, "Content-Type", V1).is(413);
          run.postChunked(large, "Content-Type", V1).is(413);
        }));
  }

  private static Stream<Case> doors() {
    var paths = PATHS.stream().map(path -> of(88, path + " and with a slash behind", run -> {
      byte[] body = snappy(run.up().sample(N, 1).v1().toByteArray());
      run.send(path, "POST", BodyPublishers.ofByteArray(body), "Content-Type", V1).is(204);
      run.send(path + "/", "POST", BodyPublishers.ofByteArray(body), "Content-Type", V1).is(204);
      run.holds(N, 1);
    }));
    return Stream.concat(paths, Stream.of(
        of(89, "tenant and authorization headers", run -> {
          byte[] body = snappy(run.up().sample(N, 1).v1().toByteArray());
          run.post(body, "Content-Type", V1, "THANOS-TENANT", "team-a").is(204);
          run.post(body, "Content-Type", V1, "X-Scope-OrgID", "team-b").is(204);
          for (String authorization : List.of("Basic eDp5", "Bearer x", "AWS4-HMAC-SHA256 Credential=x")) {
            run.post(body, "Content-Type", V1, "Authorization", authorization, "User-Agent", "case89/1.0")
                .is(204);
          }
          assertThat(run.senders()).contains("team-a", "team-b").anyMatch(name -> name.startsWith("case89"));
          run.holds(N, 1);
        }),
        of(90, "lower-case headers, chunked, Expect: 100-continue", run -> {
          byte[] body = snappy(run.up().sample(N, 1).v1().toByteArray());
          run.post(body, "content-type", V1, "content-encoding", "snappy").is(204);
          run.postChunked(body, "Content-Type", V1).is(204);
          run.postExpectingContinue(body).is(204);
          run.holds(N, 1);
        }),
        of(90, "1000 requests on one connection", run -> {
          byte[] body = snappy(run.up().sample(N, 1).v1().toByteArray());
          for (int i = 0; i < 1000; i++) {
            run.post(body, "Content-Type", V1).is(204);
          }
          run.holds(N, 1);
        }),
        of(91, "what npm prometheus-remote-write sent", run -> {
          // Same length, so that nothing else of the captured bytes changes.
          String metric = (run.id() + "_".repeat(26)).substring(0, 26);
          String body =
              NPM_BODY.replace(HexFormat.of().formatHex("response_status_code_total".getBytes(UTF_8)),
                  HexFormat.of().formatHex(metric.getBytes(UTF_8)));
          run.post(HexFormat.of().parseHex(body), "Content-Type", V1).is(204, "");
          run.holds(
              Map.of("__name__", metric, "_unique_id", "cf.gz", "account_id", "a1", "method", "GET", "route",
                  "/v1/x", "service", "svc", "status_code", "200"),
              1_699_999_990_000L, 4, N, 3);
        })));
  }

  private static Stream<Case> texts() {
    return Stream.of(
        of(92, "array labels, seconds, an hour ahead", run -> {
          run.v1(run.up().sample(N / 1000, 1)).is(400).says("looks like seconds, expected milliseconds");
          run.v1(run.up().sample(N + HOUR, 1)).is(400).says("sender clock is 1h ahead");
          run.v1(run.up().sample(N * 1_000_000, 1)).is(400)
              .says("looks like nanoseconds, expected milliseconds");
          run.v1(new Body().series("", "").sample(N, 1)).is(400)
              .says("series without __name__ (labels passed as an array?)");
          run.v1(run.up().sample(N - 25 * HOUR, 1)).is(400).says("at most 24h old").doesNotSay("seconds");
        }),
        of(93, "10,000 bad samples in a request", run -> {
          var body = run.up().sample(N, 1);
          for (int i = 0; i < 10_000; i++) {
            body.series("__name__", run.metric("_m"), "long", "日本\n\"".repeat(100) + i).sample(0, i);
          }
          var answer = run.v2(body).is(400, "1/0/0").says("refused 10000 of 10001 samples", "too old 10000");
          String text = answer.response().body();
          assertThat(text.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(1024);
          assertThat(text.split("\\{__name__=", -1).length - 1).as("examples").isBetween(1, 5);
          run.holds(N, 1);
        }));
  }
}

package dev.marmoset.conformance;

import static dev.marmoset.conformance.Case.of;
import static dev.marmoset.conformance.CaseRun.N;
import static dev.marmoset.conformance.CaseRun.V1;
import static dev.marmoset.conformance.CaseRun.V2;
import static dev.marmoset.conformance.CaseRun.snappy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.WriteGate;
import dev.marmoset.proto.prometheus.MetricMetadata;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Metadata;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.proto.prometheus.writev2.Sample;
import dev.marmoset.proto.prometheus.writev2.TimeSeries;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Cases 1 to 19: HTTP and wire.
final class WireCases {
  private static final String[] SNAPPY_V1 = {"Content-Type", V1, "Content-Encoding", "snappy"};

  private WireCases() {}

  static Stream<Case> rows() {
    return Stream.of(heads(), bodies(), references(), states()).flatMap(rows -> rows);
  }

  private static Stream<Case> heads() {
    var others = Stream.of("application/json", "image/png", "application/x-www-form-urlencoded", "text/plain")
        .map(type -> unsupported(2, type));
    var unknown = Stream.of(V1 + ";proto=bogus", V1 + ";proto", V1 + ";=x").map(type -> unsupported(3, type));
    var second = Stream.of("application/x-protobuf; proto=io.prometheus.write.v2.Request",
        "application/x-protobuf;charset=utf-8;proto=io.prometheus.write.v2.Request")
        .map(type -> second(4, type, "snappy"));
    var spelled =
        Stream.of(second(86, "Application/X-Protobuf ; Proto=\"io.prometheus.write.v2.Request\"", "SNAPPY"),
            second(86, "APPLICATION/X-PROTOBUF;PROTO=io.prometheus.write.v2.Request", "Snappy"));
    var first = Stream.of(first(5), first(5, "Content-Type", "application/octet-stream"),
        first(6, "Content-Type", V1 + ";proto=prometheus.WriteRequest"), first(6, "Content-Type", V1));
    var encodings = Stream.of("gzip", "deflate", "br", "x-snappy", "snappy, gzip", "snappy,snappy")
        .map(encoding -> unsupportedEncoding(7, encoding));
    return Stream.of(
        Stream.of(of(1, "GET", run -> {
          var answer = run.send("/api/v1/write", "GET", BodyPublishers.noBody()).is(405);
          assertThat(answer.header("Allow")).isEqualTo("POST");
        })), others, unknown, second, spelled, first, encodings,
        Stream.of(of(8, "no Content-Encoding, snappy body", run -> {
          run.post(snappy(run.up().sample(N, 1).v1().toByteArray()), "Content-Type", V1).is(204, "");
          run.holds(N, 1);
        }), unsupportedEncoding(84, "zstd"))).flatMap(rows -> rows);
  }

  private static Case unsupported(int number, String type) {
    return of(number, "Content-Type " + type, run -> {
      run.post(snappy(run.up().sample(N, 1).v1().toByteArray()), "Content-Type", type, "Content-Encoding",
          "snappy")
          .is(415);
      run.post(new byte[] {1, 2, 3}, "Content-Type", type, "Content-Encoding", "snappy").is(415);
    });
  }

  private static Case unsupportedEncoding(int number, String encoding) {
    return of(number, "Content-Encoding " + encoding, run -> {
      run.post(snappy(run.up().sample(N, 1).v1().toByteArray()), "Content-Type", V1, "Content-Encoding",
          encoding)
          .is(415, "");
      run.post(new byte[] {1, 2}, "Content-Type", V2, "Content-Encoding", encoding).is(415, "0/0/0");
    });
  }

  private static Case second(int number, String type, String encoding) {
    return of(number, "Content-Type " + type + ", Content-Encoding " + encoding, run -> {
      run.post(snappy(run.up().sample(N, 1).v2().toByteArray()), "Content-Type", type, "Content-Encoding",
          encoding)
          .is(204, "1/0/0");
      run.holds(N, 1);
    });
  }

  private static Case first(int number, String... headers) {
    return of(number, "1.0 body with headers " + List.of(headers), run -> {
      run.post(snappy(run.up().sample(N, 1).v1().toByteArray()), headers).is(204, "");
      run.holds(N, 1);
    });
  }

  private static Stream<Case> bodies() {
    return Stream.of(
        of(9, "empty body, empty message", run -> {
          run.post(new byte[0], SNAPPY_V1).is(400);
          run.post(new byte[0], "Content-Type", V2, "Content-Encoding", "snappy").is(400, "0/0/0");
          run.v1(WriteRequest.getDefaultInstance()).is(204, "");
          run.v2(Request.getDefaultInstance()).is(204, "0/0/0");
        }),
        of(10, "first byte corrupted", run -> {
          byte[] body = snappy(run.up().sample(N, 1).v1().toByteArray());
          body[0] ^= 0x55;
          run.post(body, SNAPPY_V1).is(400).says("not a snappy block");
        }),
        of(11, "good snappy of garbage",
            run -> run.post(snappy("no protobuf at all".getBytes(UTF_8)), SNAPPY_V1)
                .is(400)),
        of(12, "snappy that declares 4 GiB; below the cap but not so long", run -> {
          run.post(new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0}, SNAPPY_V1)
              .is(413);
          run.post(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10, 0, 0}, SNAPPY_V1).is(400);
        }),
        of(13, "body of the other version", run -> {
          byte[] v1 = snappy(run.up().sample(N, 1).v1().toByteArray());
          byte[] v2 = snappy(run.up().sample(N, 1).v2().toByteArray());
          run.post(v2, SNAPPY_V1).is(400, "").says("1.0", "2.0");
          run.post(v1, "Content-Type", V2, "Content-Encoding", "snappy").is(400, "0/0/0").says("1.0", "2.0");
        }),
        of(16, "success on 2.0 and on 1.0", run -> {
          run.v2(run.up().sample(N, 1)).is(204, "1/0/0");
          var answer = run.v1(run.up().sample(N, 1)).is(204, "");
          assertThat(answer.response().body()).isEmpty();
          run.holds(N, 1);
        }),
        of(17, "1.0: metadata only; a series without samples", run -> {
          run.v1(
              WriteRequest.newBuilder().addMetadata(MetricMetadata.newBuilder().setMetricFamilyName(run.id())
                  .setHelp("Help.").setType(MetricMetadata.MetricType.GAUGE)).build())
              .is(204, "");
          run.v1(run.up()).is(204, "");
        }));
  }

  /// `refs` is a series of a request whose symbols are "", "__name__", the row's metric, "job", "a".
  private static Case badReference(int number, List<Integer> refs) {
    return of(number, "labels_refs " + refs, run -> {
      var request = Request.newBuilder().addAllSymbols(List.of("", "__name__", run.id(), "job", "a"))
          .addTimeseries(series(refs)).addTimeseries(series(List.of(1, 2, 3, 4))).build();
      run.v2(request).is(400, "1/0/0");
      run.holds(Map.of("__name__", run.id(), "job", "a"), N, 3);
    });
  }

  private static TimeSeries.Builder series(List<Integer> refs) {
    return TimeSeries.newBuilder().addAllLabelsRefs(refs)
        .addSamples(Sample.newBuilder().setTimestamp(N).setValue(3));
  }

  private static Stream<Case> references() {
    return Stream.of(badReference(14, List.of(1, 2, 3, 99)), badReference(14, List.of(1, 2, 3, -1)),
        badReference(15, List.of(1, 2, 3)),
        of(15, "symbols[0] is not empty", run -> {
          run.v2(Request.newBuilder().addAllSymbols(List.of("__name__", run.id()))
              .addTimeseries(series(List.of(0, 1))).build()).is(204, "1/0/0");
          run.holds(N, 3);
        }),
        of(18, "2.0: metadata only, nothing, exemplars only", run -> {
          run.v2(run.up().sample(N, 1).metric(run.metric("_bare")).metric(run.metric("_meta")).metadata(1))
              .is(400, "1/0/0").says("series without samples 2");
          run.v2(run.up().exemplar(N, "trace", "t")).is(204, "0/0/1");
          run.holds(N, 1);
        }),
        of(68, "metadata ref out of range", run -> {
          var request = run.up().sample(N, 1).metadata(1).v2().toBuilder();
          request.getTimeseriesBuilder(0).setMetadata(Metadata.newBuilder().setHelpRef(99));
          run.v2(request.build()).is(400, "0/0/0");
        }),
        of(68, "all eight types of metadata", run -> {
          for (int type = 0; type < 8; type++) {
            run.v2(run.up().sample(N + type, type).metadata(type)).is(204, "1/0/0");
          }
          run.holds(N, 0, N + 1, 1, N + 2, 2, N + 3, 3, N + 4, 4, N + 5, 5, N + 6, 6, N + 7, 7);
        }),
        of(96, "start timestamps", run -> {
          var series = series(List.of(0, 1)).setCreatedTimestamp(5);
          series.getSamplesBuilder(0).setStartTimestamp(7);
          run.v2(
              Request.newBuilder().addAllSymbols(List.of("__name__", run.id())).addTimeseries(series).build())
              .is(204, "1/0/0");
          run.holds(N, 3);
        }));
  }

  private static Stream<Case> states() {
    return Stream.of(of(19, "before the own log is open, overloaded, shutting down", run -> {
      for (var state : List.of(WriteGate.State.STARTING, WriteGate.State.OVERLOADED)) {
        assertThat(run.during(state, run.up().sample(N, 1)).is(503).header("Retry-After")).isEqualTo("1");
      }
      var leaving = run.during(WriteGate.State.DRAINING, run.up().sample(N, 1)).is(503);
      assertThat(leaving.header("Retry-After")).isEmpty();
      assertThat(leaving.header("Connection")).isEqualTo("close");
    }));
  }
}

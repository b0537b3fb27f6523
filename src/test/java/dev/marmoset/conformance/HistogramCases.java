package dev.marmoset.conformance;

import static dev.marmoset.conformance.Case.of;
import static dev.marmoset.conformance.CaseRun.HOUR;
import static dev.marmoset.conformance.CaseRun.N;

import dev.marmoset.proto.prometheus.BucketSpan;
import dev.marmoset.proto.prometheus.Histogram;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Cases 38 to 41, 66 and 67: native histograms and exemplars.
final class HistogramCases {
  private static final String INTEGER =
      "integer schema 1 count 10 zero 2 sum 3.5 +{-1:1 0:3 4:2} -{0:2} bounds []";
  private static final String FLOAT = "float schema 0 count 1.5 zero 0.5 sum 2.0 +{5:1.0} -{} bounds []";
  private static final String CUSTOM =
      "integer schema -53 count 3 zero 0 sum 2.0 +{0:1 1:2} -{} bounds [0.5, 1.0]";

  private HistogramCases() {}

  static Stream<Case> rows() {
    return Stream.of(kinds(), invalid(), exemplars()).flatMap(rows -> rows);
  }

  private static Histogram.Builder integer(long t) {
    return Histogram.newBuilder().setCountInt(10).setSum(3.5).setSchema(1).setZeroThreshold(1e-128)
        .setZeroCountInt(2).addPositiveSpans(span(-1, 2)).addPositiveSpans(span(3, 1)).addPositiveDeltas(1)
        .addPositiveDeltas(2).addPositiveDeltas(-1).addNegativeSpans(span(0, 1)).addNegativeDeltas(2)
        .setTimestamp(t);
  }

  private static Histogram.Builder floats(long t) {
    return Histogram.newBuilder().setCountFloat(1.5).setSum(2).setZeroCountFloat(0.5)
        .addPositiveSpans(span(5, 1))
        .addPositiveCounts(1).setResetHint(Histogram.ResetHint.GAUGE).setTimestamp(t);
  }

  private static Histogram.Builder custom(long t) {
    return Histogram.newBuilder().setCountInt(3).setSum(2).setSchema(-53).addPositiveSpans(span(0, 2))
        .addPositiveDeltas(1).addPositiveDeltas(1).addCustomValues(0.5).addCustomValues(1).setTimestamp(t);
  }

  private static BucketSpan span(int offset, int length) {
    return BucketSpan.newBuilder().setOffset(offset).setLength(length).build();
  }

  private static Stream<Case> kinds() {
    return Stream.of(
        of(38, "float, then histogram at the same time and later; every kind on one series", run -> {
          run.v2(run.up().sample(N, 1)).is(204, "1/0/0");
          run.v2(run.up().histogram(integer(N))).is(400, "0/0/0").says("duplicate");
          run.v2(run.up().histogram(integer(N + 1))).is(204, "0/1/0");
          run.v1(run.up().histogram(floats(N + 2)).histogram(custom(N + 3))).is(204, "");
          run.v2(run.up().sample(N + 4, 2)).is(204, "1/0/0");
          run.holds(N, 1, N + 1, INTEGER, N + 2, FLOAT, N + 3, CUSTOM, N + 4, 2);
        }),
        of(38, "both samples and histograms in one series, late ones too", run -> {
          run.v2(run.up().sample(N, 1).histogram(integer(N - 1)).histogram(floats(N - HOUR))).is(204,
              "1/2/0");
          run.holds(N - HOUR, FLOAT, N - 1, INTEGER, N, 1);
        }),
        of(38, "late floats and histograms of one time, the first of them in a block", run -> {
          long late = N - 5 * HOUR;
          String float_ = run.metric("_float");
          String histogram = run.metric("_histogram");
          run.v2(new Body().metric(float_).sample(N, 1).sample(late, 9).metric(histogram).sample(N, 1)
              .histogram(integer(late))).is(204, "3/1/0");
          run.cutWindowOf(late);
          run.v2(new Body().metric(float_).histogram(integer(late)).metric(histogram).sample(late, 9)
              .histogram(floats(late + 1))).is(204, "1/2/0");
          run.holds(Map.of("__name__", float_), late, INTEGER, N, 1);
          run.holds(Map.of("__name__", histogram), late, INTEGER, late + 1, FLOAT, N, 1);
        }),
        of(40, "schema 20", run -> {
          run.v2(run.up().histogram(Histogram.newBuilder().setCountInt(2).setSchema(20)
              .addPositiveSpans(span(1 << 12, 2)).addPositiveDeltas(1).addPositiveDeltas(0).setTimestamp(N)))
              .is(204, "0/1/0");
          run.holds(N, "integer schema 8 count 2 zero 0 sum 0.0 +{1:1 2:1} -{} bounds []");
        }),
        of(41, "stale, reset, gauge, new bucket", run -> {
          var stale = Histogram.newBuilder().setSum(Double.longBitsToDouble(0x7ff0000000000002L));
          run.v2(
              run.up().histogram(integer(N)).histogram(stale.setTimestamp(N + 1)).histogram(integer(N + 2)))
              .is(204, "0/3/0");
          var wider = integer(N + 3).setCountInt(11).addPositiveSpans(span(2, 1)).addPositiveDeltas(-1);
          run.v1(run.up().histogram(wider).histogram(integer(N + 4).setResetHint(Histogram.ResetHint.YES)))
              .is(204, "");
          run.holds(N, INTEGER, N + 1, "stale", N + 2, INTEGER, N + 3,
              "integer schema 1 count 11 zero 2 sum 3.5 +{-1:1 0:3 4:2 7:1} -{0:2} bounds []", N + 4,
              INTEGER);
        }),
        of(41, "an empty one; 200 that grow", run -> {
          run.v1(run.up().histogram(Histogram.newBuilder().setTimestamp(N - 1000))).is(204);
          var body = run.up();
          var expected = Stream.<Object>builder().add(N - 1000)
              .add("integer schema 0 count 0 zero 0 sum 0.0 +{} -{} bounds []");
          for (int i = 0; i < 200; i++) {
            body.histogram(Histogram.newBuilder().setCountInt(i).setZeroCountInt(i).setTimestamp(N + i));
            expected.add(N + i)
                .add("integer schema 0 count " + i + " zero " + i + " sum 0.0 +{} -{} bounds []");
          }
          run.v2(body).is(204, "0/200/0");
          run.holds(expected.build().toArray());
        }),
        of(35, "times of histograms are judged like those of floats", run -> {
          run.v1(run.up().histogram(integer(N - 25 * HOUR))).is(400).says("too old 1");
          run.v2(run.up().histogram(floats(N + HOUR))).is(400, "0/0/0").says("too far in the future 1");
        }));
  }

  private static Stream<Case> invalid() {
    return Stream.of(bad("count mismatch", h -> h.setCountInt(11)),
        bad("bad spans", Histogram.Builder::clearPositiveSpans),
        bad("negative bucket", h -> h.setPositiveDeltas(0, -1)), bad("schema 99", h -> h.setSchema(99)),
        bad("schema 53", h -> h.setSchema(53)), bad("schema -5", h -> h.setSchema(-5)),
        bad("bounds without the custom schema", h -> h.addCustomValues(1)),
        bad("negative span offset", h -> h.setPositiveSpans(1, span(-3, 1))),
        bad("unsorted bounds", _ -> custom(N).setCustomValues(1, 0.25)),
        bad("infinite bound", _ -> custom(N).setCustomValues(1, Double.POSITIVE_INFINITY)),
        bad("NaN bound", _ -> custom(N).setCustomValues(1, Double.NaN)),
        bad("custom with a negative side",
            _ -> custom(N).setCountInt(4).addNegativeSpans(span(0, 1)).addNegativeDeltas(1)),
        bad("negative float count", _ -> floats(N).setCountFloat(-1)),
        bad("negative float bucket", _ -> floats(N).setPositiveCounts(0, -1)));
  }

  private static Case bad(String what, UnaryOperator<Histogram.Builder> spoil) {
    return of(39, what, run -> {
      run.v1(run.up().histogram(spoil.apply(integer(N)))).is(400, "").says("invalid histogram 1");
      run.v2(run.up().histogram(spoil.apply(integer(N))).histogram(floats(N - 5))).is(400, "0/1/0");
      run.holds(N - 5, FLOAT);
    });
  }

  private static Stream<Case> exemplars() {
    return Stream.concat(
        Stream.of("x", "é", "🚀")
            .map(character -> of(66, "exemplar of 128 and 129 times " + character, run -> {
              run.v2(run.up().sample(N, 1).exemplar(N, "trace", character.repeat(123))).is(204, "1/0/1");
              run.v2(run.up().sample(N + 1, 1).exemplar(N + 1, "trace", character.repeat(124)))
                  .is(400, "1/0/0")
                  .says("invalid exemplar 1", "more than 128 characters");
              run.v1(run.up().sample(N + 2, 1).exemplar(N, "trace", character.repeat(124))).is(204, "");
              run.holds(N, 1, N + 1, 1, N + 2, 1);
            })),
        Stream.of(
            of(66, "exemplar without labels", run -> {
              run.v2(run.up().sample(N, 1).exemplar(N)).is(204, "1/0/1");
              run.holds(N, 1);
            }),
            of(67, "identical exemplar, an older one, one beyond W", run -> {
              long edge = N - 24 * HOUR;
              run.v2(run.up().sample(N, 1).exemplar(N, "t", "a")).is(204, "1/0/1");
              run.v2(run.up().sample(N, 1).exemplar(N, "t", "a")).is(204, "1/0/1");
              run.v2(run.up().sample(N, 1).exemplar(edge, "t", "b")).is(204, "1/0/1");
              run.v2(run.up().sample(N, 1).exemplar(edge - 1, "t", "1").exemplar(N + 600_001, "t", "1"))
                  .is(400, "1/0/0").says("exemplar too old 1", "exemplar too far in the future 1");
              run.holds(N, 1);
            })));
  }
}

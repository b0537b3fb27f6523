package dev.marmoset.conformance;

import static dev.marmoset.conformance.Case.of;
import static dev.marmoset.conformance.CaseRun.N;
import static dev.marmoset.conformance.CaseRun.V1;
import static dev.marmoset.conformance.CaseRun.snappy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/// Cases 21 to 30 and 80: labels, one rule for both versions.
final class LabelCases {
  private LabelCases() {}

  static Stream<Case> rows() {
    return Stream.of(accepted(), refused(), encodings()).flatMap(rows -> rows);
  }

  private static Stream<Case> accepted() {
    return Stream.of(
        of(21, "unsorted labels, 1.0 and 2.0", run -> {
          run.v1(new Body().series("__name__", run.id(), "job", "a", "zone", "z").sample(N, 1)).is(204);
          run.v1(new Body().series("zone", "z", "__name__", run.id(), "job", "a").sample(N + 1, 2)).is(204);
          run.v2(new Body().series("job", "a", "zone", "z", "__name__", run.id()).sample(N + 2, 3))
              .is(204, "1/0/0");
          run.holds(Map.of("__name__", run.id(), "job", "a", "zone", "z"), N, 1, N + 1, 2, N + 2, 3);
        }),
        of(24, "empty label value", run -> {
          run.v1(new Body().series("__name__", run.id(), "a", "", "b", "x").sample(N, 1)).is(204);
          run.v2(new Body().series("__name__", run.id(), "b", "x", "c", "").sample(N + 1, 1)).is(204,
              "1/0/0");
          run.holds(Map.of("__name__", run.id(), "b", "x"), N, 1, N + 1, 1);
        }),
        of(29, "labels whose UTF-16 and UTF-8 orders differ", run -> {
          run.v1(new Body().series("__name__", run.id(), "\uE000", "1", "🚀", "2").sample(N, 1)).is(204);
          run.v2(new Body().series("__name__", run.id(), "🚀", "2", "\uE000", "1").sample(N + 1, 1)).is(204);
          run.holds(Map.of("__name__", run.id(), "\uE000", "1", "🚀", "2"), N, 1, N + 1, 1);
        }),
        of(30, "one series twice in a request", run -> {
          var twice = run.up().sample(N, 1).metric(run.id()).sample(N - 5, 2).sample(N + 5, 3);
          run.v1(twice).is(204, "");
          run.v2(twice).is(204, "3/0/0");
          run.holds(N - 5, 2, N, 1, N + 5, 3);
        }),
        of(80, "label value of 64 KiB; 256 labels", run -> {
          run.v1(new Body().series("__name__", run.id(), "a", "x".repeat(65536)).sample(N, 1)).is(204);
          run.holds(Map.of("__name__", run.id(), "a", "x".repeat(65536)), N, 1);
          String[] many = many(run.id(), 256);
          run.v2(new Body().series(many).sample(N, 1)).is(204, "1/0/0");
          var labels = new HashMap<String, String>();
          for (int i = 0; i < many.length; i += 2) {
            labels.put(many[i], many[i + 1]);
          }
          run.holds(labels, N, 1);
        }));
  }

  private static String[] many(String metric, int count) {
    String[] labels = new String[2 * count];
    labels[0] = "__name__";
    labels[1] = metric;
    for (int i = 1; i < count; i++) {
      labels[2 * i] = "label%04d".formatted(i);
      labels[2 * i + 1] = "v";
    }
    return labels;
  }

  private static Stream<Case> refused() {
    return Stream.of(refused(22, "no __name__", "job", "a"),
        refused(23, "empty __name__", "__name__", "", "job", "a"),
        refused(22, "no labels at all"), refused(25, "empty label name", "__name__", "ID", "", "a"),
        refused(26, "duplicate label", "__name__", "ID", "a", "x", "a", "y"),
        refused(26, "duplicate label with an equal value", "__name__", "ID", "a", "x", "a", "x"),
        refused(26, "duplicate label, one empty", "__name__", "ID", "a", "x", "b", "y", "a", ""),
        refused(80, "label name of 1025 bytes", "__name__", "ID", "n".repeat(1025), "x"),
        refused(80, "label value over 64 KiB", "__name__", "ID", "a", "x".repeat(65537)),
        refused(80, "257 labels", many("ID", 257)));
  }

  /// The series with these labels is refused, a good one beside it is stored. `ID` is the row's metric.
  private static Case refused(int number, String what, String... labels) {
    return of(number, what, run -> {
      String[] own = labels.clone();
      for (int i = 0; i < own.length; i++) {
        own[i] = own[i].equals("ID") ? run.id() : own[i];
      }
      var body = new Body().series(own).sample(N, 1).metric(run.metric("_good")).sample(N, 1);
      run.v1(body).is(400, "").says("refused 1 of 2 samples");
      run.v2(body).is(400, "1/0/0");
      run.holds(Map.of("__name__", run.metric("_good")), N, 1);
    });
  }

  private static Stream<Case> encodings() {
    var invalid = Stream.of(new byte[] {'a', (byte) 0xC0, (byte) 0x80}, new byte[] {(byte) 0xFF},
        new byte[] {(byte) 0xE2, (byte) 0x82}, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80})
        .map(bad -> of(27, "invalid UTF-8 " + ByteString.copyFrom(bad), run -> {
          var name = label(ByteString.copyFromUtf8("__name__"), ByteString.copyFromUtf8(run.id()));
          for (var label : new UnknownFieldSet[] {
            label(ByteString.copyFromUtf8("job"), ByteString.copyFrom(bad)),
            label(ByteString.copyFrom(bad), ByteString.copyFromUtf8("a"))}) {
            run.post(snappy(series(name, label).toByteArray()), "Content-Type", V1).is(400);
          }
        }));
    var odd =
        Stream.of("a-b", "with.dots", "with spaces", "new\nline", "🚀", "日本語", "\uE000", "with\"quote\\")
            .map(text -> of(28, "names and values with " + text, run -> {
              run.v1(new Body().series("__name__", run.metric(text), text, text).sample(N, 1)).is(204);
              run.v2(new Body().series("__name__", run.metric(text), text, text).sample(N + 1, 1)).is(204,
                  "1/0/0");
              run.holds(Map.of("__name__", run.metric(text), text, text), N, 1, N + 1, 1);
              assertThat(run.held()).hasSize(1);
            }));
    return Stream.concat(invalid, odd);
  }

  private static UnknownFieldSet label(ByteString name, ByteString value) {
    return UnknownFieldSet.newBuilder().addField(1, Field.newBuilder().addLengthDelimited(name).build())
        .addField(2, Field.newBuilder().addLengthDelimited(value).build()).build();
  }

  private static UnknownFieldSet series(UnknownFieldSet... labels) {
    var all = Field.newBuilder();
    for (UnknownFieldSet label : labels) {
      all.addLengthDelimited(label.toByteString());
    }
    var sample = UnknownFieldSet.newBuilder().addField(2, Field.newBuilder().addVarint(N).build()).build();
    var series = UnknownFieldSet.newBuilder().addField(1, all.build())
        .addField(2, Field.newBuilder().addLengthDelimited(sample.toByteString()).build()).build();
    return UnknownFieldSet.newBuilder()
        .addField(1, Field.newBuilder().addLengthDelimited(series.toByteString()).build()).build();
  }
}

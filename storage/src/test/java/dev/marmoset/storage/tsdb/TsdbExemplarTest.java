package dev.marmoset.storage.tsdb;

import static dev.marmoset.storage.tsdb.TsdbFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Exemplar;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Exemplars and metadata, from the appender through the log to the views.
class TsdbExemplarTest {
  private static final Duration DAY = Duration.ofHours(24);
  private static final Labels A = Labels.of("__name__", "a");
  private static final Labels B = Labels.of("__name__", "b", "job", "x");
  private static final List<List<Matcher>> ALL = List.of(List.of());

  @TempDir
  Path directory;

  private static Exemplar exemplar(long t, double value, String trace) {
    return new Exemplar(t, Double.doubleToRawLongBits(value), Labels.of("trace_id", trace));
  }

  private static List<AppendResult> write(TsdbFixture store, Labels series, List<Exemplar> exemplars) {
    var verdicts = new ArrayList<AppendResult>();
    byte[] region = LabelRegion.encode(series);
    CompletableFuture<CommitOutcome> commit;
    try (Appender appender = store.tsdb.appender()) {
      long ref = appender.create(region, 0, region.length);
      exemplars.forEach(e -> verdicts.add(appender.appendExemplar(ref, e.t(), e.valueBits(), e.labels())));
      commit = appender.commit();
    }
    assertThat(commit.join()).isInstanceOf(CommitOutcome.Durable.class);
    return verdicts;
  }

  private static void say(TsdbFixture store, MetricMetadata... entries) {
    CompletableFuture<CommitOutcome> commit;
    try (Appender appender = store.tsdb.appender()) {
      for (MetricMetadata entry : entries) {
        appender.appendMetadata(entry);
      }
      commit = appender.commit();
    }
    assertThat(commit.join()).isInstanceOf(CommitOutcome.Durable.class);
  }

  @Test
  void case67SameAgainOlderInsideAndBeyondTheWindow() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      long oldest = NOW - DAY.toMillis();
      assertThat(write(store, A, List.of(exemplar(NOW, 1, "t1"))))
          .containsExactly(AppendResult.ACCEPTED);
      assertThat(write(store, A, List.of(exemplar(NOW, 1, "t1"), exemplar(oldest, 1, "t1"),
          exemplar(oldest - 1, 1, "t1"), exemplar(NOW + 600_000, 1, "t1"), exemplar(NOW + 600_001, 1, "t1"),
          exemplar(NOW, 2, "t1"), exemplar(NOW, 1, "t2"))))
          .containsExactly(AppendResult.SAME_AGAIN, AppendResult.ACCEPTED, AppendResult.TOO_OLD,
              AppendResult.ACCEPTED, AppendResult.TOO_NEW, AppendResult.ACCEPTED, AppendResult.ACCEPTED);
      assertThat(store.tsdb.exemplars(TimeRange.ALL, ALL)).containsExactly(
          new ExemplarSeries(A, List.of(exemplar(oldest, 1, "t1"), exemplar(NOW, 1, "t1"),
              exemplar(NOW, 1, "t2"), exemplar(NOW, 2, "t1"), exemplar(NOW + 600_000, 1, "t1"))));
    }
  }

  @Test
  void selectsByMatchersAndTime() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      write(store, B, List.of(exemplar(NOW, 1, "b"), exemplar(NOW - 10, 1, "b")));
      write(store, A, List.of(exemplar(NOW, 1, "a")));
      var jobX = List.<Matcher>of(new Matcher.Equal("job", "x"));
      var nameA = List.<Matcher>of(new Matcher.Equal("__name__", "a"));
      assertThat(store.tsdb.exemplars(TimeRange.ALL, List.of(jobX, nameA)))
          .extracting(ExemplarSeries::labels).containsExactly(A, B);
      assertThat(store.tsdb.exemplars(new TimeRange(NOW - 10, NOW - 1), List.of(jobX)))
          .containsExactly(new ExemplarSeries(B, List.of(exemplar(NOW - 10, 1, "b"))));
      assertThat(store.tsdb.exemplars(new TimeRange(NOW + 1, NOW + 2), ALL)).isEmpty();
    }
  }

  @Test
  void survivesKillAndRestartInOrderOfArrival() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      var sent = new ArrayList<Exemplar>();
      for (int i = 0; i < 130; i++) {
        sent.add(exemplar(NOW - 1000L * (i % 7), i, "t" + i));
      }
      write(store, A, sent.subList(0, 60));
      store.now = NOW + 1000; // logs are replayed in the order of their beginnings
      store.crash();
      write(store, B, sent.subList(60, 100));
      write(store, A, sent.subList(100, 130));
      var before = store.tsdb.exemplars(TimeRange.ALL, ALL);
      // The ring holds 100: the first 30 by arrival are gone.
      assertThat(before.getFirst().exemplars()).hasSize(60).doesNotContain(sent.get(29))
          .contains(sent.get(30));
      store.now = NOW + 2000; // logs are replayed in the order of their beginnings
      store.restart();
      assertThat(store.tsdb.exemplars(TimeRange.ALL, ALL)).isEqualTo(before);
    }
  }

  @Test
  void anyOrderOfArrivalGivesTheSameAnswer() throws IOException {
    var sent = new ArrayList<Exemplar>();
    for (int i = 0; i < 90; i++) {
      sent.add(exemplar(NOW - 100L * (i % 30), i % 2, "t" + i));
    }
    var answers = new ArrayList<List<ExemplarSeries>>();
    for (int round = 0; round < 3; round++) {
      Collections.shuffle(sent, new Random(round));
      try (var store = new TsdbFixture(directory.resolve("store" + round), DAY)) {
        write(store, A, sent.subList(0, 50));
        write(store, A, sent.subList(30, 90));
        answers.add(store.tsdb.exemplars(TimeRange.ALL, ALL));
      }
    }
    assertThat(answers.getFirst().getFirst().exemplars()).hasSize(90);
    assertThat(answers).containsOnly(answers.getFirst());
  }

  @Test
  void withoutRoomNothingIsKeptOrRefused() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      write(store, A, List.of(exemplar(NOW, 1, "t1")));
      store.maxExemplars = 0;
      store.now = NOW + 3000; // logs are replayed in the order of their beginnings
      store.restart();
      assertThat(write(store, A, List.of(exemplar(NOW, 2, "t1"), exemplar(0, 2, "t1"))))
          .containsOnly(AppendResult.NOT_KEPT);
      assertThat(store.tsdb.exemplars(TimeRange.ALL, ALL)).isEmpty();
    }
  }

  @Test
  void latestMetadataCountsAlsoAfterARestart() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      var first = new MetricMetadata("up", 2, "Whether it is up.", "");
      var second = new MetricMetadata("up", 1, "Changed.", "bool");
      var other = new MetricMetadata("http_requests", 1, "Requests.", "");
      say(store, first, other);
      assertThat(store.tsdb.metadata("", 10)).containsExactly(other, first);
      say(store, second, second);
      store.now = NOW + 4000; // logs are replayed in the order of their beginnings
      store.crash();
      assertThat(store.tsdb.metadata("up", 10)).containsExactly(second);
      say(store, first);
      store.now = NOW + 5000; // logs are replayed in the order of their beginnings
      store.restart();
      assertThat(store.tsdb.metadata("", 10)).containsExactly(other, first);
      assertThat(store.tsdb.metadata("", 1)).containsExactly(other);
      assertThat(store.tsdb.metadata("", 0)).isEmpty();
      assertThat(store.tsdb.metadata("none", 10)).isEmpty();
    }
  }

  @Test
  void knownMetadataIsNotLoggedAgainForAWhile() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      var entry = new MetricMetadata("up", 2, "Whether it is up.", "");
      say(store, entry);
      long groups = store.tsdb.logStats().groups.sum();
      say(store, entry);
      assertThat(store.tsdb.logStats().groups.sum()).isEqualTo(groups);
    }
  }
}

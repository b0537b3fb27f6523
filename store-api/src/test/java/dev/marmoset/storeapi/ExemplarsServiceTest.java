package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.ExemplarData;
import dev.marmoset.proto.thanos.ExemplarsGrpc;
import dev.marmoset.proto.thanos.ExemplarsRequest;
import dev.marmoset.proto.thanos.LabelSet;
import dev.marmoset.proto.thanos.MetadataGrpc;
import dev.marmoset.proto.thanos.MetricMetadataRequest;
import dev.marmoset.proto.thanos.info.InfoRequest;
import dev.marmoset.storage.Exemplar;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.labels.Labels;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The services `thanos.Exemplars` and `thanos.Metadata` as a querier calls them.
class ExemplarsServiceTest {
  private static final Labels A = Labels.of("__name__", "a", "zone", "1");
  private static final Labels B = Labels.of("__name__", "b", "region", "overridden");

  private final StoreHarness store = new StoreHarness(new FakeStorage()
      .add(A, new Exemplar(100, Double.doubleToRawLongBits(1.5), Labels.of("trace_id", "x")))
      .add(A, new Exemplar(200, Double.doubleToRawLongBits(2.5), Labels.EMPTY))
      .add(B, new Exemplar(150, Double.doubleToRawLongBits(3), Labels.of("trace_id", "y")))
      .add(new MetricMetadata("a", 3, "Help of a.", "seconds")).add(new MetricMetadata("b", 0, "", ""))
      .add(new MetricMetadata("c", 77, "", "")));

  @AfterEach
  void close() {
    store.close();
  }

  private List<String> ask(String query, long start, long end) {
    var data = new ArrayList<String>();
    ExemplarsGrpc.newBlockingStub(store.channel)
        .exemplars(ExemplarsRequest.newBuilder().setQuery(query).setStart(start).setEnd(end).build())
        .forEachRemaining(frame -> data.add(text(frame.getData())));
    return data;
  }

  private static String text(ExemplarData data) {
    return text(data.getSeriesLabels()) + data.getExemplarsList().stream()
        .map(e -> " " + e.getTs() + "=" + e.getValue() + text(e.getLabels())).collect(Collectors.joining());
  }

  private static String text(LabelSet labels) {
    return labels.getLabelsList().stream().map(l -> l.getName() + "=" + l.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void seriesCarryAllExternalLabelsSorted() {
    assertThat(ask("{__name__=~\"a|b\"}", 0, 1000)).containsExactly(
        "{__name__=a,marmoset_replica=task-1,region=eu-west,zone=1} 100=1.5{trace_id=x} 200=2.5{}",
        "{__name__=b,marmoset_replica=task-1,region=eu-west} 150=3.0{trace_id=y}");
  }

  @Test
  void selectorsAreJoinedByPlusAndBoundedByTime() {
    assertThat(ask("{__name__=\"b\"} + a{zone=\"1\"}", 101, 200)).hasSize(2);
    assertThat(ask("{__name__=\"b\"}", 0, 149)).isEmpty();
    assertThat(ask("{__name__=\"b\"}", 150, 150)).hasSize(1);
  }

  @Test
  void externalLabelsAreJudgedHere() {
    assertThat(ask("{}", 0, 1000)).hasSize(2);
    assertThat(ask("{region=\"eu-west\"}", 0, 1000)).hasSize(2);
    assertThat(ask("{region=\"overridden\"}", 0, 1000)).isEmpty();
    assertThat(ask("{region=\"us\"} + {__name__=\"b\"}", 0, 1000)).hasSize(1);
  }

  @Test
  void faultySelectorIsAnInvalidArgument() {
    assertThatThrownBy(() -> ask("sum(a)", 0, 1000)).isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("INVALID_ARGUMENT: selector sum(a)");
    store.readiness.serving = false;
    assertThatThrownBy(() -> ask("a", 0, 1000)).hasMessageStartingWith("UNAVAILABLE");
  }

  private List<String> metadata(String metric, int limit) {
    var found = new ArrayList<String>();
    MetadataGrpc.newBlockingStub(store.channel)
        .metricMetadata(MetricMetadataRequest.newBuilder().setMetric(metric).setLimit(limit).build())
        .forEachRemaining(frame -> {
          assertThat(frame.hasMetadata()).isTrue();
          frame.getMetadata().getMetadataMap().forEach((family, entry) -> entry.getMetasList().forEach(
              m -> found.add(family + " " + m.getType() + " " + m.getHelp() + " " + m.getUnit())));
        });
    return found;
  }

  @Test
  void metadataByFamilyAndLimit() {
    assertThat(metadata("", -1)).containsExactlyInAnyOrder("a histogram Help of a. seconds", "b unknown  ",
        "c unknown  ");
    assertThat(metadata("a", 10)).containsExactly("a histogram Help of a. seconds");
    assertThat(metadata("", 2)).hasSize(2);
    assertThat(metadata("", 0)).isEmpty();
    assertThat(metadata("none", -1)).isEmpty();
  }

  @Test
  void infoAnnouncesBoth() {
    var info = store.info().info(InfoRequest.getDefaultInstance());
    assertThat(info.hasExemplars()).isTrue();
    assertThat(info.hasMetricMetadata()).isTrue();
    assertThat(info.hasQuery()).isFalse();
  }
}

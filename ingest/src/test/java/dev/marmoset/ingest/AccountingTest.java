package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.HOUR;
import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.V1_TYPE;
import static dev.marmoset.ingest.WriteClient.snappy;
import static dev.marmoset.ingest.WriteClient.written;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.WriteOptions.Statuses;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.account.SenderLimits;
import dev.marmoset.storage.labels.Labels;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a sender may send, and how it and the operator learn what became of it.
class AccountingTest {
  private static final Messages UP = new Messages().metric("up").sample(NOW, 1);

  private final WriteClient client = new WriteClient();

  private static WriteClient limited(SenderLimits limits) {
    return new WriteClient(24 * HOUR, WriteOptions.defaults(), limits);
  }

  private static Messages series(int from, int to) {
    var messages = new Messages();
    for (int i = from; i < to; i++) {
      messages.metric("m" + i).sample(NOW, 1);
    }
    return messages;
  }

  private static WriteResponse send(WriteClient client, Origin origin, Messages messages) {
    return client.handle(new WriteRequestHead("POST", V1_TYPE, "snappy", "Prometheus/3.5.3", "", -1, origin),
        snappy(messages.v1()));
  }

  private static String result(WriteResponse response) {
    return response.headers().getOrDefault("X-Marmoset-Result", "");
  }

  @Test
  void resultNamesWhatIsNewHeldAlreadyLateAndRejected() {
    assertThat(result(client.v1(UP))).isEqualTo("accepted=1, same-again=0, late=0, rejected=0");
    assertThat(result(client.v2(UP))).isEqualTo("accepted=1, same-again=1, late=0, rejected=0");
    var mixed = new Messages().metric("up").sample(NOW + 2, 1).sample(NOW + 1, 1).sample(NOW - HOUR, 1)
        .sample(NOW, 2).sample(0, 0).metric("new").sample(NOW, 1).sample(NOW - 1, 1);
    WriteResponse response = client.v2(mixed);
    assertThat(response.status()).isEqualTo(400);
    assertThat(result(response)).startsWith("accepted=6, same-again=0, late=4, rejected=1; too_old=1");
    assertThat(client.counter("marmoset.ingest.late.samples", "sender", "prometheus")).isEqualTo(4);
    assertThat(client.counter("marmoset.ingest.same.again.samples", "sender", "prometheus")).isEqualTo(1);
  }

  @Test
  void agesOfLateSamplesAreCountedOnceTheyAreDurable() {
    client.v1(UP);
    assertThat(client.ledger.lateness().counts()).containsOnly(0);
    var late = new Messages().metric("up").sample(NOW - HOUR, 1).sample(NOW - 5 * HOUR, 1).sample(0, 1);
    client.storage.commits(FakeStorage.Commits.UNAVAILABLE);
    assertThat(client.v2(late).status()).isEqualTo(503);
    assertThat(client.ledger.lateness().counts()).containsOnly(0);
    client.storage.commits(FakeStorage.Commits.DURABLE);
    assertThat(client.v2(late).status()).isEqualTo(400);
    // Up to 1 h, and up to 8 h; what is too old is not counted.
    assertThat(client.ledger.lateness().counts()).containsExactly(0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0);
    assertThat(client.ledger.lateness().sumSeconds()).isEqualTo(6 * 3600);
    assertThat(client.v2(UP).status()).isEqualTo(204);
    assertThat(client.ledger.lateness().sumSeconds()).isEqualTo(6 * 3600);
  }

  @Test
  void seriesAndSamplesOfDecodedRequestsAreCountedByStatusAndTenant() {
    client.v1(UP);
    client.v2(new Messages().metric("up").sample(NOW + 1, 1).sample(0, 1).metric("b").sample(NOW, 1));
    client.post(V1_TYPE, "snappy", new byte[] {1});
    for (int i = 0; i < 60; i++) {
      send(client, new Origin("", "tenant-" + i, ""), UP);
    }
    assertThat(received("timeseries", "204", "default-tenant")).isEqualTo(1);
    assertThat(received("timeseries", "400", "default-tenant")).isEqualTo(2);
    assertThat(received("samples", "400", "default-tenant")).isEqualTo(3);
    assertThat(received("samples", "204", "tenant-3")).isEqualTo(1);
    assertThat(received("samples", "204", "tenant-59")).as("beyond the bound").isZero();
    assertThat(received("samples", "204", "other")).isPositive();
  }

  private double received(String what, String code, String tenant) {
    var summary =
        client.registry.find("thanos.receive.write." + what).tags("code", code, "tenant", tenant).summary();
    return summary == null ? 0 : summary.totalAmount();
  }

  @Test
  void resultOfARefusedRequestNamesTheReason() {
    assertThat(result(client.post("image/png", "snappy", new byte[1])))
        .isEqualTo("accepted=0, same-again=0, late=0, rejected=0; media_type");
    assertThat(result(client.post(V1_TYPE, "snappy", new byte[0]))).endsWith("; undecodable");
    client.gate = WriteGate.State.DRAINING;
    assertThat(result(client.v1(UP))).endsWith("; draining");
    for (var reason : Map.of("media_type", 1, "undecodable", 1, "draining", 1).entrySet()) {
      assertThat(client.counter("marmoset.ingest.refused.requests", "reason", reason.getKey()))
          .isEqualTo((double) reason.getValue());
    }
  }

  @Test
  void receiptsTellOfEveryRequest() {
    send(client, Origin.named("a"), UP);
    send(client, new Origin("", "", "10.1.2.0/24"), new Messages().metric("up").sample(NOW / 1000, 1));
    client.post("image/png", "snappy", new byte[1]);
    var receipts = client.receipts.latest("", false, 10);
    assertThat(receipts).hasSize(3);
    assertThat(receipts.getFirst().refusal()).isEqualTo("media_type");
    assertThat(receipts.getFirst().status()).isEqualTo(415);
    assertThat(receipts.getFirst().said()).contains("image/png");
    assertThat(receipts.get(1).sender()).isEqualTo("prometheus@10.1.2.0/24");
    assertThat(receipts.get(1).tally().reasons()).containsExactly(Map.entry("too_old", 1));
    assertThat(receipts.get(1).said()).contains("looks like seconds");
    assertThat(receipts.get(2).refused()).isFalse();
    assertThat(receipts.get(2).tally().accepted()).isEqualTo(1);
    assertThat(receipts.get(2).bytes()).isEqualTo(snappy(UP.v1()).length);
    assertThat(receipts.get(2).time()).isEqualTo(NOW);
    assertThat(client.counter("marmoset.ingest.sender.requests", "sender", "a", "code", "204")).isEqualTo(1);
  }

  @Test
  void textOfReceiptsIsBounded() {
    client.post("x/" + "y".repeat(100_000), "", new byte[1]);
    assertThat(client.receipts.latest("", true, 1).getFirst().said()).hasSizeLessThanOrEqualTo(1024);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 409, 204})
  void statusOfARefusalMayBeChosen(int status) {
    var chosen = new WriteClient(24 * HOUR, WriteOptions.defaults().with(new Statuses(204, status)));
    WriteResponse response = chosen.v2(new Messages().metric("up").sample(NOW, 1).sample(0, 1));
    assertThat(response.status()).isEqualTo(status);
    assertThat(written(response)).isEqualTo("1/0/0");
    assertThat(result(response)).isEqualTo("accepted=1, same-again=0, late=0, rejected=1; too_old=1");
    assertThat(response.body().isEmpty()).as("a 204 has no body").isEqualTo(status == 204);
    assertThat(response.headers().containsKey("Content-Type")).isEqualTo(status != 204);
    assertThat(chosen.counter("marmoset.ingest.rejected.samples", "reason", "too_old")).isEqualTo(1);
    assertThat(chosen.receipts.latest("", true, 1).getFirst().said()).contains("too_old 1");
    assertThat(chosen.post(V1_TYPE, "snappy", new byte[] {1}).status()).as("what is no message")
        .isEqualTo(400);
    assertThat(chosen.v1(new Messages().metric("").sample(NOW, 1)).status()).isEqualTo(status);
  }

  @Test
  void senderOverItsRateIsPutOffBeforeItsBodyIsRead() {
    var limited = limited(new SenderLimits(10, 0, 0));
    assertThat(send(limited, Origin.named("a"), series(0, 150)).status()).as("a debt is allowed")
        .isEqualTo(204);
    WriteResponse response = send(limited, Origin.named("a"), UP);
    assertThat(response.status()).isEqualTo(429);
    assertThat(response.headers()).containsEntry("Retry-After", "5");
    assertThat(response.body()).contains("sender a may send 10 samples per second")
        .contains("--receive.sender-max-samples-per-second");
    assertThat(limited.receipts.latest("a", true, 1).getFirst().bytes()).isZero();
    assertThat(limited.counter("marmoset.ingest.refused.requests", "reason", "sender_rate", "sender", "a"))
        .isEqualTo(1);
    assertThat(send(limited, Origin.named("b"), UP).status()).isEqualTo(204);
    limited.nanos += 5_000_000_000L;
    assertThat(send(limited, Origin.named("a"), UP).status()).isEqualTo(204);
  }

  @Test
  void seriesBeyondTheSendersQuotaAreRefusedAndKnownOnesAreTaken() {
    var limited = limited(new SenderLimits(0, 2, 0));
    WriteResponse response = send(limited, Origin.named("a"), series(0, 3));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("sender_series_limit 1").contains("--receive.sender-max-new-series")
        .contains("{__name__=\"m2\"}");
    assertThat(limited.content()).hasSize(2);
    assertThat(send(limited, Origin.named("a"), series(0, 2)).status()).isEqualTo(204);
    assertThat(send(limited, Origin.named("b"), series(2, 4)).status()).isEqualTo(204);
    assertThat(send(limited, Origin.named("a"), series(2, 4)).status()).as("they exist").isEqualTo(204);
  }

  @Test
  void newSeriesThatComeTooFastArePutOffAndARetryGetsOn() {
    var limited = limited(new SenderLimits(0, 0, 2));
    WriteResponse response = limited.v2(series(0, 30));
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.headers()).containsEntry("Retry-After", "1");
    assertThat(response.body()).contains("new_series_rate 10")
        .contains("--receive.max-new-series-per-second");
    assertThat(result(response))
        .isEqualTo("accepted=20, same-again=0, late=0, rejected=10; new_series_rate=10");
    assertThat(limited.content()).hasSize(20);
    assertThat(limited.counter("marmoset.ingest.refused.requests", "reason", "new_series_rate")).isEqualTo(1);
    for (int i = 0; i < 4; i++) {
      limited.nanos += 1_000_000_000L;
      assertThat(limited.v2(series(0, 30)).status()).isEqualTo(503);
    }
    limited.nanos += 1_000_000_000L;
    assertThat(limited.v2(series(0, 30)).status()).isEqualTo(204);
    assertThat(limited.content()).hasSize(30);
  }

  @Test
  void samplesThatAreNotTakenCreateNothingAndUseUpNoQuota() {
    var limited = limited(new SenderLimits(0, 1, 0));
    var tooOld = new Messages().metric("old").sample(0, 1).metric("older").sample(1, 1);
    assertThat(send(limited, Origin.named("a"), tooOld).body()).contains("too_old 2")
        .doesNotContain("sender_series_limit");
    assertThat(send(limited, Origin.named("a"), series(0, 1)).status()).isEqualTo(204);
  }

  @Test
  void limitsOfLabelsHaveReasonsOfTheirOwn() {
    var messages = new Messages().series("__name__", "up", "n".repeat(1025), "v").sample(NOW, 1)
        .series("__name__", "up", "n", "v".repeat(65_537)).sample(NOW, 1)
        .series("__name__", "up", "a", "v".repeat(65_000), "b", "v".repeat(65_000), "c", "v".repeat(65_000))
        .sample(NOW, 1);
    assertThat(client.v1(messages).body()).contains("label_name_too_long 1: a label name may have 1024 bytes")
        .contains("label_value_too_long 1: a label value may have 65536 bytes")
        .contains("labels_too_long 1: all labels of a series may have 131072 bytes");
  }

  @Test
  void everyReasonIsOneLineWithItsCountItsBoundAndAnExample() {
    client.v1(UP);
    var messages = new Messages().metric("old").sample(NOW - 26 * HOUR, 1).sample(NOW - 25 * HOUR, 1)
        .metric("ahead").sample(NOW + 2 * HOUR, 1).metric("up").sample(NOW, 2).series("job", "x")
        .sample(NOW, 1);
    assertThat(client.v1(messages).body().lines()).containsExactly(
        "refused 5 of 5 samples: too old 2, too far in the future 1,"
            + " duplicate sample for timestamp with another value 1,"
            + " series without __name__ (labels passed as an array?) 1",
        "too_old 2: samples may be at most 24h old by the store's clock (--tsdb.out-of-order.time-window),"
            + " the oldest is 26h old; e.g. {__name__=\"old\"} at 1699906400000 (2023-11-13T20:13:20Z)",
        "too_new 1: samples may be at most 10m ahead of the store's clock; the sender clock is 2h ahead;"
            + " e.g. {__name__=\"ahead\"} at 1700007200000 (2023-11-15T00:13:20Z)",
        "duplicate 1: the newest sample of the series has this time and another value; two senders of one series"
            + " need a label that tells them apart; e.g. {__name__=\"up\"} at 1700000000000 (2023-11-14T22:13:20Z)",
        "missing_name 1: series without __name__ (labels passed as an array?); e.g. {job=\"x\"}");
  }

  @Test
  void tenantIsALabelOfEverySeriesWhereThatIsWanted() {
    var tenants =
        new WriteClient(24 * HOUR, WriteOptions.defaults().with(new Tenancy("tenant_id", "nobody")));
    var messages = new Messages().series("__name__", "up", "job", "x", "zone", "z").sample(NOW, 1)
        .series("zone", "z", "__name__", "down", "job", "x").sample(NOW, 1).metric("a").sample(NOW, 1);
    assertThat(send(tenants, new Origin("", "team-a", ""), messages).status()).isEqualTo(204);
    assertThat(send(tenants, Origin.UNKNOWN, UP).status()).isEqualTo(204);
    assertThat(tenants.content()).containsOnlyKeys(
        Labels.of("__name__", "up", "job", "x", "tenant_id", "team-a", "zone", "z"),
        Labels.of("__name__", "down", "job", "x", "tenant_id", "team-a", "zone", "z"),
        Labels.of("__name__", "a", "tenant_id", "team-a"),
        Labels.of("__name__", "up", "tenant_id", "nobody"));
    assertThat(send(tenants, new Origin("", "team-a", ""), messages).status()).isEqualTo(204);
    assertThat(tenants.content()).as("found again").hasSize(4);
    assertThat(tenants.counter("marmoset.ingest.unsorted", "sender", "team-a")).as("only one of three")
        .isEqualTo(2);
  }

  @Test
  void tenantOfTheHeaderReplacesTheOneOfTheSeries() {
    var tenants = new WriteClient(24 * HOUR, WriteOptions.defaults().with(new Tenancy("job", "nobody")));
    var messages = new Messages().series("__name__", "up", "job", "x").sample(NOW, 1);
    assertThat(written(tenants.v2(messages))).isEqualTo("1/0/0");
    assertThat(tenants.content()).containsOnlyKeys(Labels.of("__name__", "up", "job", "nobody"));
    var twice = new Messages().series("__name__", "up", "job", "x", "job", "y").sample(NOW, 1);
    assertThat(tenants.v1(twice).body()).contains("duplicate_label 1");
    assertThat(tenants.v1(new Messages().series("job", "x").sample(NOW, 1)).body())
        .contains("missing_name 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "..", "a\\b", "a\nb"})
  void tenantThatNoThanosTakesIsRefusedWhereItIsALabel(String tenant) {
    var tenants =
        new WriteClient(24 * HOUR, WriteOptions.defaults().with(new Tenancy("tenant_id", "nobody")));
    WriteResponse response = send(tenants, new Origin("", tenant, ""), UP);
    assertThat(response.status()).isEqualTo(400);
    assertThat(result(response)).endsWith("; tenant");
    assertThat(tenants.content()).isEmpty();
    assertThat(send(client, new Origin("", tenant, ""), UP).status()).as("else it only names the sender")
        .isEqualTo(204);
  }
}

package dev.marmoset.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.decode.Decoded;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.decode.WriteV1Decoder;
import dev.marmoset.ingest.decode.WriteV2Decoder;
import dev.marmoset.ingest.verdict.Ingester;
import dev.marmoset.ingest.verdict.Ingester.Verdict;
import dev.marmoset.ingest.verdict.LabelValidator;
import dev.marmoset.ingest.verdict.SeriesGate;
import dev.marmoset.ingest.verdict.WriteOutcome;
import dev.marmoset.ingest.verdict.WriteStats;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A million samples of known series cost no memory beyond a few objects per request.
class AllocationTest {
  private static final int SERIES = 500;
  private static final int SAMPLES_PER_SERIES = 4;
  private static final int REQUESTS = 500;
  private static final long SAMPLES = (long) REQUESTS * SERIES * SAMPLES_PER_SERIES;
  /// 1 KB a request: its verdict and its outcome. An object per series would be 4 bytes a sample, one per sample 16.
  private static final double MOST_BYTES_PER_SAMPLE = 0.5;
  /// 2 KB a request: stream, answer and headers come on top, more of them while the code is not fully compiled.
  private static final double MOST_BYTES_PER_ANSWERED_SAMPLE = 1;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final IngestLimits limits = IngestLimits.defaults();
  private final LookupStorage storage = new LookupStorage();
  private final WriteBatch batch = new WriteBatch(new ByteBudget(1L << 30));
  private final WriteStats stats = new WriteStats();
  private final Ingester ingester = new Ingester(storage, new LabelValidator(limits.labels(), "r"));

  static Messages messages() {
    var messages = new Messages();
    for (int i = 0; i < SERIES; i++) {
      messages.series("__name__", "node_cpu_seconds_total", "cluster", "eu-west-1-production", "cpu",
          Integer.toString(i), "environment", "production", "instance", "10.23.45.67:9100", "job",
          "node-exporter", "mode",
          "iowait", "region", "eu-west-1", "team", "platform", "zone", "eu-west-1a");
      for (int j = 0; j < SAMPLES_PER_SERIES; j++) {
        messages.sample(WriteClient.NOW + 15_000L * j, 12345.67 * i + j);
      }
    }
    return messages;
  }

  private double bytesPerSample(Runnable request) {
    for (int i = 0; i < REQUESTS; i++) {
      request.run();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < REQUESTS; i++) {
      request.run();
    }
    return (double) (threads.getCurrentThreadAllocatedBytes() - before) / SAMPLES;
  }

  @Test
  void version1IsDecodedAndJudgedWithoutGarbage() {
    byte[] body = messages().v1().toByteArray();
    var decoder = new WriteV1Decoder(batch, limits.maxSamples());
    assertThat(bytesPerSample(() -> {
      assertThat(decoder.decode(body, body.length) == Decoded.COMPLETE).isTrue();
      judge();
    })).isLessThan(MOST_BYTES_PER_SAMPLE);
    assertThat(stats.samples()).isEqualTo(SERIES * SAMPLES_PER_SERIES);
  }

  @Test
  void version2IsDecodedAndJudgedWithoutGarbage() {
    byte[] body = messages().v2().toByteArray();
    var decoder = new WriteV2Decoder(batch, limits.maxSamples(), limits.labels(), 64 << 20);
    assertThat(bytesPerSample(() -> {
      assertThat(decoder.decode(body, body.length) == Decoded.COMPLETE).isTrue();
      judge();
    })).isLessThan(MOST_BYTES_PER_SAMPLE);
    assertThat(stats.samples()).isEqualTo(SERIES * SAMPLES_PER_SERIES);
  }

  private void judge() {
    Verdict verdict = Objects.requireNonNull(ingester.ingest(batch, stats, SeriesGate.OPEN));
    assertThat(verdict.ifDurable() instanceof WriteOutcome.Accepted).isTrue();
  }

  @Test
  void wholeRequestLeavesOnlyItsAnswer() {
    byte[] body = WriteClient.snappy(messages().v1());
    var handler = new RemoteWriteHandler(storage, () -> WriteGate.State.OPEN,
        WriteClient.ledger(), WriteOptions.defaults());
    var head = new WriteRequestHead("POST", WriteClient.V1_TYPE, "snappy", "Prometheus/3.5.3", "0.1.0",
        body.length, Origin.UNKNOWN);
    assertThat(bytesPerSample(() -> {
      var response = handler.handle(head, new ByteArrayInputStream(body));
      assertThat(response.status() == 204).isTrue();
    })).isLessThan(MOST_BYTES_PER_ANSWERED_SAMPLE);
    assertThat(storage.checksum()).isNotZero();
  }
}

package dev.marmoset.storage.log.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogFixture;
import dev.marmoset.storage.log.NodeLikeData;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.record.SegmentEncoder.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// I15: the log takes at most 3 bytes per sample, frames and definitions included.
class LogBytesTest {
  private static final long START = 1_700_006_400_000L;

  @Test
  void nodeExportersTakeAtMostThreeBytesPerSample() {
    // The reference: 134 hosts at 15 s, commits each second, segments of half an hour.
    assertThat(bytesPerSample(134, 120)).isLessThan(2.0);
    assertThat(bytesPerSample(134, 30)).isLessThan(3.0);
  }

  private static double bytesPerSample(int hosts, int scrapes) {
    var data = new NodeLikeData(hosts);
    var due = new ArrayList<List<Integer>>();
    for (int second = 0; second < 15; second++) {
      due.add(new ArrayList<>());
    }
    for (int host = 0; host < hosts; host++) {
      due.get(data.offset(host) / 1000).add(host);
    }
    try (var encoder = new SegmentEncoder(LogFixture.INCARNATION, "test", NodeLikeData::labels)) {
      encoder.accept(86_400_000, START - 60_000);
      long bytes = encoder.open(new Identity(new Ulid(1, 2), 1, 3, START, Optional.empty())).length;
      long samples = 0;
      for (int second = 0; second < scrapes * 15; second++) {
        long now = START + second * 1000L;
        var batches = new ArrayList<LogBatch>();
        for (int host : due.get(second % 15)) {
          var batch = new LogBatch();
          data.scrape(host, START + second / 15 * NodeLikeData.SCRAPE_MILLIS, batch);
          samples += batch.size();
          batches.add(batch);
        }
        encoder.accept(86_400_000, now - 60_000);
        encoder.startCommit(bytes);
        encoder.group(batches, List.of(), Optional.empty());
        bytes += encoder.records().size();
      }
      return (double) bytes / samples;
    }
  }
}

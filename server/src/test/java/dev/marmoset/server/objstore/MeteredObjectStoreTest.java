package dev.marmoset.server.objstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.server.metrics.MetricRegistry;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.objstore.BucketSettings;
import dev.marmoset.storage.objstore.ObjectQuery;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.upload.UploadStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The names that Thanos' dashboards and alerts read.
class MeteredObjectStoreTest {
  @TempDir
  Path directory;

  private static final class StandingClock implements Clock {
    @Override
    public long wallMillis() {
      return 1_700_000_000_000L;
    }

    @Override
    public long nanos() {
      return 7;
    }
  }

  @Test
  void countsUnderTheNamesOfThanos() throws IOException {
    try (var registry = new MetricRegistry();
        var bucket = new BucketSettings.Directory(directory, "").open()) {
      ObjectStore store = new MeteredObjectStore(bucket, registry.meters(), new StandingClock());
      store.put("a/b", new byte[3], Condition.ABSENT);
      store.put("a/b", new byte[3], Condition.ABSENT);
      store.get("a/b", 3);
      store.get("none", 3);
      store.size("a/b");
      store.list(ObjectQuery.of("", ObjectQuery.Depth.ALL));
      store.delete("a/b");
      Files.writeString(directory.resolve("file"), "x");
      assertThatThrownBy(() -> store.put("file/x", new byte[1], Condition.NONE))
          .isInstanceOf(ObjectStoreException.class);
      String metrics = registry.expose("").text();
      String label = "{bucket=\"directory " + directory + "\",operation=\"";
      assertThat(metrics).contains(
          "thanos_objstore_bucket_operations_total" + label + "upload\"} 3.0",
          "thanos_objstore_bucket_operations_total" + label + "get\"} 2.0",
          "thanos_objstore_bucket_operations_total" + label + "iter\"} 1.0",
          "thanos_objstore_bucket_operations_total" + label + "attributes\"} 1.0",
          "thanos_objstore_bucket_operations_total" + label + "delete\"} 1.0",
          "thanos_objstore_bucket_operation_failures_total" + label + "upload\"} 1.0",
          "thanos_objstore_bucket_operation_failures_total" + label + "get\"} 0.0",
          "thanos_objstore_bucket_operation_duration_seconds_count" + label + "upload\"} 2",
          "thanos_objstore_bucket_operation_duration_seconds_bucket" + label + "upload\",le=\"300.0\"} 2");
      assertThat(metrics).contains("thanos_objstore_bucket_last_successful_upload_time{bucket=\"directory "
          + directory + "\"} 1.7E9");
    }
  }

  @Test
  void tellsWhatBecomesOfUploads() {
    try (var registry = new MetricRegistry()) {
      var stats = new UploadStats();
      var _ = new UploadMetrics(registry.meters(), stats);
      stats.uploads.add(3);
      stats.failures.add(2);
      stats.backlog.set(5);
      stats.bytes.add(7);
      assertThat(registry.expose("").text()).contains("thanos_shipper_uploads_total 3.0",
          "thanos_shipper_upload_failures_total 2.0", "thanos_shipper_dir_syncs_total 0.0",
          "thanos_shipper_dir_sync_failures_total 0.0", "thanos_shipper_upload_compacted_done 0.0",
          "marmoset_upload_backlog_windows 5.0", "marmoset_upload_conflicts_total 0.0",
          "marmoset_upload_bytes_total 7.0", "marmoset_upload_conditional_puts -1.0");
    }
  }
}

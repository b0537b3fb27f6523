package dev.marmoset.server.objstore;

import dev.marmoset.storage.upload.UploadStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/// What becomes of uploads, as metrics: our names, and those of Thanos' shipper that existing dashboards read.
public final class UploadMetrics {
  private final MeterRegistry registry;
  private final UploadStats stats;

  /// Registers everything.
  public UploadMetrics(MeterRegistry registry, UploadStats stats) {
    this.registry = registry;
    this.stats = stats;
    counter("thanos.shipper.uploads", "blocks known to be in the bucket, put by this process or found there",
        s -> s.uploads.sum());
    counter("thanos.shipper.upload.failures", "attempts that ended with an error of the bucket or of a file",
        s -> s.failures.sum());
    counter("thanos.shipper.dir.syncs", "looks at what is to be uploaded", s -> s.looks.sum());
    counter("thanos.shipper.dir.sync.failures", "of these, those that could not read the registers",
        s -> s.lookFailures.sum());
    gauge("thanos.shipper.upload.compacted.done", "1 when nothing waits for its upload",
        s -> s.backlog.get() == 0 ? 1 : 0);
    gauge("marmoset.upload.backlog.windows", "blocks that wait for their upload", s -> s.backlog.get());
    counter("marmoset.upload.conflicts",
        "times that somebody else's labels, window or overlapping block stood in the way",
        s -> s.conflicts.sum());
    counter("marmoset.upload.denied", "attempts that ended because the own lease was not valid",
        s -> s.denied.sum());
    counter("marmoset.upload.already.published", "blocks found in the bucket under another name, compacted",
        s -> s.alreadyPublished.sum());
    counter("marmoset.upload.retired.blocks", "duplicates in the bucket that were marked for deletion",
        s -> s.retired.sum());
    FunctionCounter.builder("marmoset.upload", stats, s -> s.bytes.sum()).baseUnit("bytes")
        .description("bytes of blocks put into the bucket").register(registry);
    gauge("marmoset.upload.conditional.puts",
        "1 if the bucket keeps If-None-Match, 0 if not, -1 before it was asked",
        s -> s.conditionalPuts.get());
  }

  private void counter(String name, String description, ToDoubleFunction<UploadStats> value) {
    FunctionCounter.builder(name, stats, value).description(description).register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<UploadStats> value) {
    Gauge.builder(name, stats, value).description(description).register(registry);
  }
}

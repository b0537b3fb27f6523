package dev.marmoset.server.metrics;

import dev.marmoset.storage.head.HeadSizes;
import dev.marmoset.storage.tsdb.Tsdb;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/// What log and head count, as metrics: our names, and those of Prometheus that existing dashboards read.
public final class TsdbMetrics {
  private final MeterRegistry registry;
  private final Tsdb tsdb;

  /// Registers everything.
  public TsdbMetrics(MeterRegistry registry, Tsdb tsdb) {
    this.registry = registry;
    this.tsdb = tsdb;
    log();
    head();
    replay();
    windows();
    logs();
  }

  private void log() {
    counter("marmoset.log.segment", "bytes", "bytes of commits written to the log",
        t -> t.logStats().segmentBytes.sum());
    counter("marmoset.log.definition", "bytes", "of these, definitions of series and symbols",
        t -> t.logStats().definitionBytes.sum());
    counter("marmoset.log.open", "bytes", "bytes of segment beginnings and seals",
        t -> t.logStats().openBytes.sum());
    counter("marmoset.log.commits", "", "commits that carried samples", t -> t.logStats().groups.sum());
    counter("marmoset.log.samples", "", "samples made durable", t -> t.logStats().samples.sum());
    counter("marmoset.log.segments", "", "segments begun", t -> t.logStats().segments.sum());
    counter("marmoset.log.segments.poisoned", "",
        "segments given up after an error, a late commit or a clock jump", t -> t.logStats().poisoned.sum());
    counter("marmoset.log.refused.requests", "", "writes the log refused for the moment",
        t -> t.logStats().refused.sum());
    counter("marmoset.log.apply.errors", "", "durable groups the head could not apply: a defect",
        t -> t.logStats().applyErrors.sum());
    gauge("marmoset.log.queued.samples", "", "samples that wait for their commit",
        t -> t.logStats().queuedSamples.get());
    FunctionTimer.builder("marmoset.log.fsync", tsdb, t -> t.logStats().forces.sum(),
        t -> t.logStats().forceNanos.sum(), TimeUnit.NANOSECONDS).description("fsyncs of log segments")
        .register(registry);
  }

  private void head() {
    gauge("marmoset.head.series", "", "series in memory", t -> t.headSizes().series());
    gauge("prometheus.tsdb.head.series", "", "series in memory", t -> t.headSizes().series());
    counter("prometheus.tsdb.head.samples.appended", "", "samples applied, replayed ones included",
        t -> t.headStats().appendedSamples());
    counter("marmoset.head.new.series", "", "series created", t -> t.headStats().createdSeries());
    counter("marmoset.head.series.removed", "", "series that had ended and left memory",
        t -> t.headStats().removedSeries());
    counter("prometheus.tsdb.head.series.removed", "", "series that had ended and left memory",
        t -> t.headStats().removedSeries());
    counter("marmoset.head.late.samples", "", "samples not newer than the latest one of their series",
        t -> t.headStats().lateSamples());
    gauge("marmoset.head.symbols", "", "distinct label names and values", t -> t.headSizes().symbols());
    gauge("marmoset.head.label.pairs", "", "distinct label pairs", t -> t.headSizes().labelPairs());
    memory("series_lines", HeadSizes::lineBytes);
    memory("open_chunks", HeadSizes::openBytes);
    memory("labels", HeadSizes::labelBytes);
    memory("series_table", HeadSizes::tableBytes);
    memory("late_rows", HeadSizes::lateBytes);
    memory("exemplars", HeadSizes::exemplarBytes);
    gauge("prometheus.tsdb.exemplar.exemplars.in.storage", "", "exemplars held",
        t -> t.headSizes().exemplars());
    counter("prometheus.tsdb.exemplar.exemplars.appended", "", "exemplars taken, replayed ones included",
        t -> t.headStats().appendedExemplars());
    gauge("marmoset.metadata.families", "", "metric families with metadata", t -> t.headSizes().families());
    gauge("marmoset.head.scratch", "bytes", "bytes of the head's scratch files",
        t -> t.headSizes().scratchBytes());
    gauge("marmoset.store.oldest.sample.time", "seconds",
        "time of the oldest sample served, seconds since the epoch; NaN without data",
        t -> t.oldestTime() == Long.MAX_VALUE ? Double.NaN : t.oldestTime() / 1000.0);
  }

  private void replay() {
    gauge("marmoset.replay.segments", "", "log segments found at the start",
        t -> t.replayProgress().segments());
    gauge("marmoset.replay.segments.done", "", "of these, replayed", t -> t.replayProgress().segmentsDone());
    gauge("marmoset.replay.samples", "", "samples replayed at the start", t -> t.replayProgress().samples());
    gauge("marmoset.log.damaged.segments", "", "segments and logs of which a part could not be read",
        Tsdb::damagedSegments);
  }

  private void windows() {
    gauge("marmoset.windows.in.memory", "", "windows of which something is in memory and in no block",
        t -> t.windowsInMemory().size());
    counter("marmoset.window.parts", "", "windows or late samples cut into a block",
        t -> t.windowStats().parts());
    counter("marmoset.window.adopted", "", "times memory gave way to blocks that another replica has cut",
        t -> t.windowStats().adopted());
    gauge("marmoset.window.registers.unreadable", "",
        "registers of windows that cannot be read to their end: nothing is decided on these windows",
        t -> t.windowStats().unreadable());
    counter("marmoset.window.commits", "", "final blocks, first blocks and patches decided on",
        t -> t.windowStats().commits());
    counter("marmoset.window.written", "bytes", "bytes of blocks written to the volume",
        t -> t.windowStats().blockBytes());
    counter("marmoset.window.failures", "", "steps with windows and blocks that failed and are tried again",
        t -> t.windowStats().failures());
    counter("marmoset.blocks.quarantined", "", "blocks set aside because they are damaged",
        t -> t.windowStats().quarantined());
    counter("marmoset.blocks.retired", "", "blocks that left the volume by age or size",
        t -> t.windowStats().retired());
    gauge("prometheus.tsdb.blocks.loaded", "", "blocks served", t -> t.windowStats().blocks());
    gauge("prometheus.tsdb.storage.blocks", "bytes", "bytes of the blocks served",
        t -> t.windowStats().bytes());
    gauge("marmoset.window.oldest.open.time", "seconds",
        "start of the oldest window that is not closed, seconds since the epoch; NaN without one",
        t -> t.windowStats().oldestOpen() == Long.MAX_VALUE ? Double.NaN
            : t.windowStats().oldestOpen() / 1000.0);
  }

  private void logs() {
    gauge("marmoset.lease.remaining", "seconds",
        "for how long writes are answered if no commit comes through; 0: they are refused",
        t -> seconds(t.replicaStats().leaseNanos()));
    gauge("marmoset.logs.followed", "", "logs of other replicas that grow and are followed",
        t -> t.replicaStats().followed());
    gauge("marmoset.logs.unsealed", "",
        "logs of other processes that have not ended and do not grow; one is sealed after 45 s",
        t -> t.replicaStats().unsealed());
    counter("marmoset.logs.sealed", "", "logs of ended processes that this one has sealed",
        t -> t.replicaStats().sealed());
    gauge("marmoset.replication.lag", "seconds",
        "time since the look at another replica's log that is longest ago; 0 without another replica",
        t -> seconds(t.replicaStats().lagNanos()));
    gauge("marmoset.replication.unread", "bytes",
        "bytes of other replicas' logs that were seen and are not served yet",
        t -> t.replicaStats().lagBytes());
    counter("marmoset.log.deleted.segments", "",
        "log segments deleted, of any process, because blocks hold what is in them",
        t -> t.replicaStats().deletedSegments());
    counter("marmoset.log.deleted", "bytes", "bytes of the log segments deleted",
        t -> t.replicaStats().deletedBytes());
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  private void memory(String part, ToDoubleFunction<HeadSizes> bytes) {
    Gauge.builder("marmoset.memory.head", tsdb, t -> bytes.applyAsDouble(t.headSizes())).baseUnit("bytes")
        .tag("part", part).description("memory of the head's parts").register(registry);
  }

  private void counter(String name, String unit, String description, ToDoubleFunction<Tsdb> value) {
    FunctionCounter.builder(name, tsdb, value).baseUnit(unit.isEmpty() ? null : unit).description(description)
        .register(registry);
  }

  private void gauge(String name, String unit, String description, ToDoubleFunction<Tsdb> value) {
    Gauge.builder(name, tsdb, value).baseUnit(unit.isEmpty() ? null : unit).description(description)
        .register(registry);
  }
}

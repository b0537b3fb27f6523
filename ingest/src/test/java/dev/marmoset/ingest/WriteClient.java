package dev.marmoset.ingest;

import com.google.protobuf.MessageLite;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.account.Receipts;
import dev.marmoset.ingest.account.SenderLimits;
import dev.marmoset.ingest.account.Senders;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.storage.labels.Labels;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.xerial.snappy.Snappy;

/// A sender in front of a handler over a [FakeStorage]; the store's clock stands at [#NOW] until it is moved.
final class WriteClient {
  static final long NOW = 1_700_000_000_000L;
  static final long MINUTE = 60_000;
  static final long HOUR = 60 * MINUTE;
  static final String V1_TYPE = "application/x-protobuf";
  static final String V2_TYPE = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

  long now = NOW;
  final FakeStorage storage;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Receipts receipts = new Receipts(10);
  WriteGate.State gate = WriteGate.State.OPEN;
  /// Monotonic time, ns.
  long nanos;
  final Ledger ledger;
  private final RemoteWriteHandler handler;

  WriteClient() {
    this(24 * HOUR);
  }

  WriteClient(long windowMs) {
    this(windowMs, WriteOptions.defaults());
  }

  WriteClient(long windowMs, WriteOptions options) {
    this(windowMs, options, SenderLimits.NONE);
  }

  WriteClient(long windowMs, WriteOptions options, SenderLimits senders) {
    storage = new FakeStorage(() -> now, windowMs);
    ledger = new Ledger(registry, new Senders(senders, () -> nanos), receipts,
        () -> Instant.ofEpochMilli(now), () -> nanos);
    handler = new RemoteWriteHandler(storage, () -> gate, ledger, options);
  }

  /// Books of which nobody asks.
  static Ledger ledger() {
    return new Ledger(new SimpleMeterRegistry(), new Senders(SenderLimits.NONE, () -> 0), new Receipts(200),
        () -> Instant.ofEpochMilli(NOW), () -> 0);
  }

  WriteResponse v1(WriteRequest request) {
    return post(V1_TYPE, "snappy", snappy(request));
  }

  WriteResponse v1(Messages messages) {
    return v1(messages.v1());
  }

  WriteResponse v2(Request request) {
    return post(V2_TYPE, "snappy", snappy(request));
  }

  WriteResponse v2(Messages messages) {
    return v2(messages.v2());
  }

  WriteResponse post(String type, String encoding, byte[] body) {
    return post(type, encoding, body, body.length);
  }

  WriteResponse post(String type, String encoding, byte[] body, long contentLength) {
    return handle(
        new WriteRequestHead("POST", type, encoding, "Prometheus/3.5.3", "0.1.0", contentLength,
            Origin.UNKNOWN),
        body);
  }

  WriteResponse handle(WriteRequestHead head, byte[] body) {
    return handler.handle(head, new ByteArrayInputStream(body));
  }

  SortedMap<Labels, SortedMap<Long, Object>> content() {
    return storage.content();
  }

  /// Samples of the one series `labels`, values as doubles in the text form that tells −0 and NaN.
  SortedMap<Long, Object> samples(String... labels) {
    return content().getOrDefault(Labels.of(labels), new TreeMap<>());
  }

  double counter(String name, String... tags) {
    Counter counter = registry.find(name).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }

  static byte[] snappy(MessageLite message) {
    return snappy(message.toByteArray());
  }

  static byte[] snappy(byte[] raw) {
    try {
      return Snappy.compress(raw);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  /// The Written headers of a response: samples, histograms, exemplars; empty when there are none.
  static String written(WriteResponse response) {
    Map<String, String> headers = response.headers();
    String prefix = "X-Prometheus-Remote-Write-";
    if (!headers.containsKey(prefix + "Samples-Written")) {
      return "";
    }
    return headers.get(prefix + "Samples-Written") + '/' + headers.get(prefix + "Histograms-Written") + '/'
        + headers.get(prefix + "Exemplars-Written");
  }
}

package dev.marmoset.server.objstore;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.objstore.ObjectContent;
import dev.marmoset.storage.objstore.ObjectPage;
import dev.marmoset.storage.objstore.ObjectQuery;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.objstore.PutOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Counts and times what goes to a bucket under the names that Thanos' dashboards and alerts read. Thread-safe.
///
/// An object that is not there is no failure, nor is a put that comes second.
public final class MeteredObjectStore implements ObjectStore {
  /// From an object in the same region to the longest request.
  private static final Duration[] BUCKETS = {Duration.ofMillis(10), Duration.ofMillis(50),
    Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofSeconds(1),
    Duration.ofSeconds(3), Duration.ofSeconds(6), Duration.ofSeconds(9), Duration.ofSeconds(20),
    Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(90), Duration.ofSeconds(120),
    Duration.ofSeconds(300)};

  private final ObjectStore store;
  private final Clock clock;
  private final Map<Operation, Meters> meters = new EnumMap<>(Operation.class);
  private final AtomicLong lastUpload = new AtomicLong();

  /// As Thanos names them.
  private enum Operation {
    GET, ATTRIBUTES, ITER, UPLOAD, DELETE
  }

  private record Meters(Counter all, Counter failures, Timer duration) {}

  /// A request to the bucket.
  private interface Request<T> {
    T send() throws IOException;
  }

  /// Registers everything.
  public MeteredObjectStore(ObjectStore store, MeterRegistry registry, Clock clock) {
    this.store = store;
    this.clock = clock;
    String bucket = store.name();
    for (Operation operation : Operation.values()) {
      String name = operation.name().toLowerCase(Locale.ROOT);
      meters.put(operation, new Meters(
          Counter.builder("thanos.objstore.bucket.operations").description("requests to the bucket")
              .tag("bucket", bucket).tag("operation", name).register(registry),
          Counter.builder("thanos.objstore.bucket.operation.failures")
              .description("requests to the bucket that were not answered, or with an error")
              .tag("bucket", bucket).tag("operation", name).register(registry),
          Timer.builder("thanos.objstore.bucket.operation.duration")
              .description("time of requests to the bucket that were answered").tag("bucket", bucket)
              .tag("operation", name).serviceLevelObjectives(BUCKETS).register(registry)));
    }
    Gauge.builder("thanos.objstore.bucket.last.successful.upload.time", lastUpload, AtomicLong::doubleValue)
        .description("when an object was last put, seconds since the epoch; 0: never").tag("bucket", bucket)
        .register(registry);
  }

  private <T> T metered(Operation operation, Request<T> request) throws IOException {
    Meters of = meters.get(operation);
    if (of == null) {
      throw new IllegalStateException("no meters for " + operation);
    }
    long begin = clock.nanos();
    of.all.increment();
    try {
      T answer = request.send();
      of.duration.record(clock.nanos() - begin, TimeUnit.NANOSECONDS);
      return answer;
    } catch (ObjectStoreException e) {
      of.failures.increment();
      throw e;
    }
  }

  /// The same for requests whose only failure is the bucket's.
  private <T> T asked(Operation operation, String key, Request<T> request) throws ObjectStoreException {
    try {
      return metered(operation, request);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new ObjectStoreException(operation.name().toLowerCase(Locale.ROOT), key, 0,
          String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public Optional<InputStream> read(String key) throws ObjectStoreException {
    return asked(Operation.GET, key, () -> store.read(key));
  }

  @Override
  public OptionalLong size(String key) throws ObjectStoreException {
    return asked(Operation.ATTRIBUTES, key, () -> store.size(key));
  }

  @Override
  public ObjectPage list(ObjectQuery query) throws ObjectStoreException {
    return asked(Operation.ITER, query.prefix(), () -> store.list(query));
  }

  @Override
  public PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate gate)
      throws IOException {
    PutOutcome outcome =
        metered(Operation.UPLOAD, () -> store.put(key, content, condition, gate));
    if (outcome == PutOutcome.STORED) {
      lastUpload.set(clock.wallMillis() / 1000);
    }
    return outcome;
  }

  @Override
  public void delete(String key) throws ObjectStoreException {
    var _ = asked(Operation.DELETE, key, () -> {
      store.delete(key);
      return key;
    });
  }

  @Override
  public void close() {
    store.close();
  }
}

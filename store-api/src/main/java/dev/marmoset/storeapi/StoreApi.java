package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.info.InfoGrpc;
import dev.marmoset.query.ByteBudget;
import dev.marmoset.query.ExemplarQueries;
import dev.marmoset.query.LabelQueries;
import dev.marmoset.query.LiveTail;
import dev.marmoset.query.QueryGate;
import dev.marmoset.query.SeriesSelector;
import dev.marmoset.storage.ExemplarStore;
import dev.marmoset.storage.MetadataStore;
import dev.marmoset.storage.Storage;
import dev.marmoset.storeapi.transport.CallMetrics;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Builds the StoreAPI over a storage: what the server adds to its gRPC listener.
///
/// The read side; writes of routers are [dev.marmoset.storeapi.write.WriteableStoreService].
///
/// The server adds [#services], [#interceptor] and [#callExecutors] to its builder, registers a
/// [dev.marmoset.storeapi.transport.SnappyCodec] on both sides, and calls [#refreshInfo] about every second. Close it
/// after the listener has terminated.
public final class StoreApi implements AutoCloseable {
  private final InfoService info;
  private final List<BindableService> services;
  private final ServerInterceptor interceptor;
  private final ExecutorService threads = Executors
      .newThreadPerTaskExecutor(Thread.ofVirtual().name("store-api-", 0).factory());
  private final ExecutorService infoCalls = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("store-api-info").factory());

  /// @param storage  series, exemplars and metadata
  /// @param clock    the store's clock, for the live tail
  /// @param registry receives the meters
  public <S extends Storage & ExemplarStore & MetadataStore> StoreApi(S storage, StoreApiOptions options,
      StoreReadiness readiness, InstantSource clock, MeterRegistry registry) {
    ExternalLabels external = options.externalLabels();
    var translator = new SelectTranslator(external, options.minTime());
    var gate = new QueryGate(options.admission().running(), options.admission().patience());
    var labelGate = new QueryGate(options.admission().running(), options.admission().patience());
    var budget = new ByteBudget(options.admission().bytes());
    var tail = new LiveTail(options.liveTail(), clock);
    var selector = new SeriesSelector(storage, gate, options.limits(), budget, tail);
    var labels = new LabelAnswers(new LabelQueries(storage, labelGate), translator, external);
    Gauge.builder("marmoset.select.held.bytes", budget, ByteBudget::held)
        .description("memory held by running selects, as counted against their budget").register(registry);
    this.info = new InfoService(storage, external, options.minTime(), readiness);
    var metrics = new StoreMetrics(registry, gate);
    var calls = new Calls(readiness, metrics, threads);
    this.services = List.of(info, new StoreService(selector, translator, labels, metrics, calls),
        new ExemplarsService(new ExemplarQueries(storage, labelGate), translator, external, calls),
        new MetadataService(storage, calls));
    this.interceptor = new CallMetrics(registry);
  }

  /// The services to serve.
  public List<BindableService> services() {
    return services;
  }

  /// Counts and times calls of all services of the listener.
  public ServerInterceptor interceptor() {
    return interceptor;
  }

  /// Gives Info a thread of its own, so that its answer never waits behind other calls; the rest keeps the executor of
  /// the listener.
  public ServerCallExecutorSupplier callExecutors() {
    return new ServerCallExecutorSupplier() {
      @Override
      public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        return InfoGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName()) ? infoCalls : null;
      }
    };
  }

  /// Computes what Info answers from now on. Info is refused until this was called once. May wait for storage, so it
  /// belongs on a maintenance thread.
  public void refreshInfo() {
    info.refresh();
  }

  /// Stops the threads. Calls that still run are left to end by themselves: they may be reading files, and an
  /// interrupt would close these under everybody.
  @Override
  public void close() {
    threads.shutdown();
    infoCalls.shutdown();
  }
}

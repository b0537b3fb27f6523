package dev.marmoset.server;

import dev.marmoset.server.auth.Access;
import dev.marmoset.server.config.LoadedConfig.Setting;
import dev.marmoset.server.http.HttpResponse;
import dev.marmoset.server.http.Router;
import dev.marmoset.server.json.JsonWriter;
import dev.marmoset.server.metrics.MetricRegistry;
import dev.marmoset.storage.tsdb.Tsdb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Everything on the HTTP port but the write path: checks, metrics, status, the front page. Thread-safe.
final class AdminPages {
  private final BuildInfo build;
  private final List<Setting> settings;
  private final Readiness readiness;
  private final MetricRegistry metrics;
  private final Supplier<Optional<Tsdb>> tsdb;

  /// @param settings the effective configuration
  /// @param tsdb     the store as soon as it is open
  AdminPages(BuildInfo build, List<Setting> settings, Readiness readiness, MetricRegistry metrics,
      Supplier<Optional<Tsdb>> tsdb) {
    this.build = build;
    this.settings = settings;
    this.readiness = readiness;
    this.metrics = metrics;
    this.tsdb = tsdb;
  }

  /// Adds all pages to a router.
  void addTo(Router router) {
    router.route("GET", "/", "front", _ -> HttpResponse.text(200, front()));
    router.route("GET", "/-/healthy", "healthy", Access.OPEN, _ -> check(readiness.notHealthy()));
    router.route("GET", "/-/ready", "ready", Access.OPEN, _ -> check(readiness.notReady()));
    router.route("GET", "/-/writable", "writable", Access.OPEN, _ -> check(readiness.notWritable()));
    router.route("GET", "/metrics", "metrics", request -> {
      var exposition = metrics.expose(request.header("Accept"));
      return HttpResponse.of(200, Map.of("Content-Type", exposition.contentType()), exposition.text());
    });
    router.route("GET", "/api/v1/status/buildinfo", "status", _ -> success(this::buildInfo));
    router.route("GET", "/api/v1/status/flags", "status", _ -> success(this::flags));
    router.route("GET", "/api/v1/status/config", "status", _ -> success(this::config));
    router.route("GET", "/api/v1/status/tsdb", "status",
        _ -> tsdb.get().map(t -> success(json -> tsdb(json, t)))
            .orElseGet(() -> HttpResponse.text(503, "the store is being opened")));
  }

  /// Adds `/-/quit`.
  ///
  /// @param quit asks for the stop
  static void addLifecycleTo(Router router, Runnable quit) {
    for (String method : List.of("POST", "PUT")) {
      router.route(method, "/-/quit", "quit", Access.ADMIN, _ -> {
        quit.run();
        return HttpResponse.text(200, "Requesting termination... Goodbye!");
      });
    }
  }

  private static HttpResponse check(Optional<String> problem) {
    return problem.map(why -> HttpResponse.text(503, why)).orElseGet(() -> HttpResponse.text(200, "OK"));
  }

  private String front() {
    return """
        Marmoset %s: a store for Prometheus metrics.

        POST /api/v1/write            Prometheus remote write 1.0 and 2.0; also /api/v1/receive, /api/v1/push,
                                      /api/prom/push, /api/v1/remote_write, /workspaces/<any>/api/v1/remote_write
        GET  /-/ready                 whether all data is served
        GET  /-/writable              whether writes are taken; for balancers
        GET  /-/healthy               whether the process makes progress
        GET  /metrics                 own metrics
        GET  /api/v1/status/buildinfo what was built when and from what
        GET  /api/v1/status/flags     every setting
        GET  /api/v1/status/config    the settings that were given, as YAML
        GET  /api/v1/status/tsdb      sizes of the store
        GET  /api/v1/status/receipts  what became of the last writes; ?sender=<name>, ?rejected=true, ?limit=<n>

        Queries: the Thanos StoreAPI on the gRPC port, or: marmoset series '{job="marmoset"}'"""
        .formatted(build.version());
  }

  /// One part of a status document.
  private interface Part {
    void write(JsonWriter json);
  }

  /// The document shape of Prometheus' HTTP API.
  private static HttpResponse success(Part data) {
    var json = new JsonWriter().object().field("status", "success").key("data").object();
    data.write(json);
    return HttpResponse.json(json.endObject().endObject().toString());
  }

  private void buildInfo(JsonWriter json) {
    json.field("application", "Marmoset").field("version", build.version())
        .field("revision", build.revision())
        .field("branch", build.branch()).field("buildUser", build.user()).field("buildDate", build.date())
        .field("goVersion", "").field("javaVersion", build.java());
  }

  private void flags(JsonWriter json) {
    settings.forEach(setting -> json.field(setting.name(), setting.text()));
  }

  private void config(JsonWriter json) {
    json.field("yaml", EffectiveConfig.yaml(settings));
  }

  private static void tsdb(JsonWriter json, Tsdb tsdb) {
    var sizes = tsdb.headSizes();
    json.key("headStats").object().field("numSeries", sizes.series())
        .field("numLabelPairs", sizes.labelPairs())
        .field("minTime", tsdb.oldestTime()).endObject();
    json.key("memory").object().field("seriesLines", sizes.lineBytes()).field("openChunks", sizes.openBytes())
        .field("labels", sizes.labelBytes()).field("seriesTable", sizes.tableBytes())
        .field("lateRows", sizes.lateBytes()).endObject();
    json.field("scratchBytes", sizes.scratchBytes());
    var replay = tsdb.replayProgress();
    json.key("replay").object().field("segments", replay.segments())
        .field("segmentsDone", replay.segmentsDone())
        .field("samples", replay.samples()).key("done").value(replay.done()).endObject();
    json.field("volume", tsdb.volumeId().toString()).field("incarnation", tsdb.incarnation().toString());
  }
}

package dev.marmoset.server.config;

import dev.marmoset.ingest.Tenancy;
import dev.marmoset.server.config.ConfigLoader.Values;
import dev.marmoset.storage.labels.Labels;

import java.nio.charset.StandardCharsets;

import java.time.Duration;
import java.util.List;

/// What several settings must fulfil together, and how they form a [ServerConfig].
final class ConfigRules {
  /// ECS kills a task 120 s after SIGTERM; 15 s are kept for the steps that have no flag of their own.
  static final Duration STOP_BUDGET = Duration.ofSeconds(105);
  /// Steps of a stop that always may take their time: last commit, one poll of the queriers.
  /// A window is two hours long, and its merging takes a while.
  private static final Duration LEAST_BEYOND_ACCEPTANCE = Duration.ofHours(3);
  private static final Duration FIXED_STOP_STEPS = Duration.ofSeconds(20);

  private ConfigRules() {}

  /// Adds a problem for every rule that the values break; rules over missing values are skipped.
  static void check(Values values, List<String> problems) {
    checkStopBudget(values, problems);
    checkReplica(values, problems);
    checkRetention(values, problems);
    checkTenant(values, problems);
  }

  private static void checkStopBudget(Values values, List<String> problems) {
    if (!values.have(Flags.HTTP_GRACE_PERIOD, Flags.GRPC_GRACE_PERIOD)) {
      return;
    }
    var most = STOP_BUDGET.minus(FIXED_STOP_STEPS);
    var sum = values.of(Flags.HTTP_GRACE_PERIOD).plus(values.of(Flags.GRPC_GRACE_PERIOD));
    if (sum.compareTo(most) > 0) {
      problems.add("--http-grace-period and --grpc-grace-period are " + Durations.format(sum)
          + " together; more than " + Durations.format(most) + " does not fit into a stop of "
          + Durations.format(STOP_BUDGET));
    }
  }

  private static void checkReplica(Values values, List<String> problems) {
    if (!values.have(Flags.REPLICA_LABEL, Flags.REPLICA_VALUE, Flags.LABEL)) {
      return;
    }
    String name = values.of(Flags.REPLICA_LABEL);
    if (name.isEmpty() && values.of(Flags.REPLICA_VALUE).isPresent()) {
      problems.add("--replica.value is given, but --replica.label is empty");
    }
    if (values.of(Flags.LABEL).indexOf(name.getBytes(StandardCharsets.UTF_8)) >= 0) {
      problems
          .add("--label " + name + " has the name of the replica label; external labels are the same on all"
              + " replicas");
    }
    if (name.equals(Labels.METRIC_NAME)) {
      problems.add("--replica.label cannot be " + name);
    }
  }

  private static void checkRetention(Values values, List<String> problems) {
    if (!values.have(Flags.TSDB_RETENTION, Flags.TSDB_OUT_OF_ORDER_TIME_WINDOW)) {
      return;
    }
    Duration retention = values.of(Flags.TSDB_RETENTION);
    Duration least = values.of(Flags.TSDB_OUT_OF_ORDER_TIME_WINDOW).plus(LEAST_BEYOND_ACCEPTANCE);
    if (!retention.isZero() && retention.compareTo(least) < 0) {
      problems.add("--tsdb.retention " + Durations.format(retention) + " is less than "
          + Durations.format(least)
          + ": a window closes --tsdb.out-of-order.time-window after its end and must be merged before it may leave");
    }
  }

  private static void checkTenant(Values values, List<String> problems) {
    if (!values.have(Flags.RECEIVE_TENANT_LABEL, Flags.RECEIVE_DEFAULT_TENANT, Flags.REPLICA_LABEL,
        Flags.LABEL)) {
      return;
    }
    String name = values.of(Flags.RECEIVE_TENANT_LABEL);
    if (name.isEmpty()) {
      return;
    }
    String fault = Tenancy.problem(values.of(Flags.RECEIVE_DEFAULT_TENANT));
    if (!fault.isEmpty()) {
      problems.add("--receive.default-tenant-id: " + fault);
    }
    if (name.equals(Labels.METRIC_NAME) || name.equals(values.of(Flags.REPLICA_LABEL))
        || values.of(Flags.LABEL).indexOf(name.getBytes(StandardCharsets.UTF_8)) >= 0) {
      problems.add("--receive.tenant-label-name " + name
          + " is the name of the metric, the replica label or an external label");
    }
  }

  /// Builds the record tree from complete values, the locks and the bucket.
  static ServerConfig assemble(Values values, ServerConfig.Doors doors, ServerConfig.Bucket bucket) {
    var http = new ServerConfig.Http(values.of(Flags.HTTP_ADDRESS), values.of(Flags.HTTP_GRACE_PERIOD),
        Math.toIntExact(values.of(Flags.HTTP_MAX_CONNECTIONS)), values.of(Flags.LIFECYCLE));
    var grpc = new ServerConfig.Grpc(values.of(Flags.GRPC_ADDRESS), values.of(Flags.GRPC_GRACE_PERIOD),
        values.of(Flags.GRPC_MAX_CONNECTION_AGE), Math.toIntExact(values.of(Flags.GRPC_MAX_CONNECTIONS)));
    var tsdb = new ServerConfig.Tsdb(values.of(Flags.TSDB_PATH), values.of(Flags.TSDB_SCRATCH_PATH),
        values.of(Flags.TSDB_OUT_OF_ORDER_TIME_WINDOW),
        values.of(Flags.LOG_COMMIT_INTERVAL), values.of(Flags.MEMORY_LIMIT),
        Math.toIntExact(values.of(Flags.TSDB_MAX_EXEMPLARS)), values.of(Flags.TSDB_MAX_SERIES));
    var windows = new ServerConfig.Windows(values.of(Flags.TSDB_CUT_DELAY), values.of(Flags.TSDB_RETENTION),
        values.of(Flags.TSDB_MAX_RETENTION_BYTES), values.of(Flags.TSDB_RETENTION_UNUPLOADED).equals("keep"),
        values.of(Flags.UPLOAD_LATE_SAMPLES).equals("patch"));
    var identity = new ServerConfig.Identity(values.of(Flags.LABEL), values.of(Flags.REPLICA_LABEL),
        values.of(Flags.REPLICA_VALUE));
    var store =
        new ServerConfig.Store(values.of(Flags.STORE_REQUEST_SERIES), values.of(Flags.STORE_REQUEST_SAMPLES),
            values.of(Flags.STORE_LIVE_TAIL));
    var selfMonitoring = new ServerConfig.SelfMonitoring(values.of(Flags.SELF_MONITORING),
        values.of(Flags.SELF_MONITORING_INTERVAL));
    var logging = new ServerConfig.Logging(values.of(Flags.LOG_LEVEL), values.of(Flags.LOG_FORMAT));
    return new ServerConfig(http, grpc, doors, tsdb, windows, identity, bucket, receive(values), store,
        selfMonitoring,
        logging);
  }

  private static ServerConfig.Receive receive(Values values) {
    var sizes = new ServerConfig.Sizes(Math.toIntExact(values.of(Flags.RECEIVE_MAX_BODY_BYTES)),
        Math.toIntExact(values.of(Flags.RECEIVE_MAX_DECODED_BYTES)),
        Math.toIntExact(values.of(Flags.RECEIVE_MAX_SAMPLES)),
        Math.toIntExact(values.of(Flags.RECEIVE_MAX_LABELS)),
        Math.toIntExact(values.of(Flags.RECEIVE_MAX_LABEL_NAME_BYTES)),
        Math.toIntExact(values.of(Flags.RECEIVE_MAX_LABEL_VALUE_BYTES)),
        Math.toIntExact(values.of(Flags.RECEIVE_MAX_LABEL_SET_BYTES)));
    var senders = new ServerConfig.Senders(values.of(Flags.RECEIVE_SENDER_SAMPLES),
        values.of(Flags.RECEIVE_SENDER_SERIES), values.of(Flags.RECEIVE_MAX_NEW_SERIES));
    var tenants = new ServerConfig.Tenants(values.of(Flags.RECEIVE_TENANT_HEADER),
        values.of(Flags.RECEIVE_DEFAULT_TENANT), values.of(Flags.RECEIVE_TENANT_LABEL));
    return new ServerConfig.Receive(Integer.parseInt(values.of(Flags.RECEIVE_SUCCESS_STATUS)),
        Integer.parseInt(values.of(Flags.RECEIVE_REJECT_STATUS)),
        Math.toIntExact(values.of(Flags.RECEIVE_RECEIPTS)), sizes, senders, tenants);
  }
}

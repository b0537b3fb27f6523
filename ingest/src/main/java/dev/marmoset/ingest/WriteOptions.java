package dev.marmoset.ingest;

import dev.marmoset.ingest.decode.IngestLimits;
import java.util.Optional;

/// What is configured about writes.
///
/// @param limits       sizes and times
/// @param statuses     of answers
/// @param replicaLabel name of the label that tells replicas apart
/// @param tenancy      label that tells tenants apart; empty: tenants only name senders
public record WriteOptions(IngestLimits limits, Statuses statuses, String replicaLabel,
    Optional<Tenancy> tenancy) {
  /// Checks the labels.
  public WriteOptions {
    if (replicaLabel.isEmpty()) {
      throw new IllegalArgumentException("name of the replica label is empty");
    }
    tenancy.ifPresent(tenant -> {
      if (tenant.label().equals(replicaLabel)) {
        throw new IllegalArgumentException("the tenant label is the replica label " + replicaLabel);
      }
    });
  }

  /// The defaults: 204, 400, `marmoset_replica`, no tenants.
  public static WriteOptions defaults() {
    return new WriteOptions(IngestLimits.defaults(), Statuses.DEFAULTS, "marmoset_replica", Optional.empty());
  }

  /// The same with other limits.
  public WriteOptions with(IngestLimits other) {
    return new WriteOptions(other, statuses, replicaLabel, tenancy);
  }

  /// The same with other statuses.
  public WriteOptions with(Statuses other) {
    return new WriteOptions(limits, other, replicaLabel, tenancy);
  }

  /// The same with a tenant label.
  public WriteOptions with(Tenancy other) {
    return new WriteOptions(limits, statuses, replicaLabel, Optional.of(other));
  }

  /// Statuses that senders want to see.
  ///
  /// @param success 204, or 200 for senders that test for it
  /// @param refusal when something was refused for good: 400; 409, which Thanos Receive answers, or 204, for senders
  ///                that send again or stop at a 400
  public record Statuses(int success, int refusal) {
    /// What the protocol asks for.
    public static final Statuses DEFAULTS = new Statuses(204, 400);

    /// Checks that the statuses are among those that are meant.
    public Statuses {
      if (success != 204 && success != 200) {
        throw new IllegalArgumentException(
            "success status of writes is " + success + ", expected 204 or 200");
      }
      if (refusal != 400 && refusal != 409 && refusal != 204) {
        throw new IllegalArgumentException(
            "reject status of writes is " + refusal + ", expected 400, 409 or 204");
      }
    }
  }
}

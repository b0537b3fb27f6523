package dev.marmoset.ingest;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.storage.Storage;

/// Everything one request needs to be decoded and judged: buffers, columns, decoders. Confined to the request that
/// took it from the [WorkspacePool].
final class Workspace {
  /// Columns for about 60,000 samples.
  private static final long MOST_RETAINED_BYTES = 2 << 20;

  final RequestBody body;
  final WriteBatch batch;
  final WriteStats stats = new WriteStats();
  final Ingester ingester;
  final TenantLabel tenants;
  private final WriteV1Decoder v1;
  private final WriteV2Decoder v2;

  Workspace(Storage storage, WriteOptions options, ByteBudget budget) {
    IngestLimits limits = options.limits();
    body = new RequestBody(limits.body(), budget);
    batch = new WriteBatch(budget);
    v1 = new WriteV1Decoder(batch, limits.maxSamples());
    v2 = new WriteV2Decoder(batch, limits.maxSamples(), limits.labels(), limits.body().maxDecodedBytes());
    tenants = new TenantLabel(options.tenancy().map(Tenancy::label).orElse(""));
    ingester = new Ingester(storage, new LabelValidator(limits.labels(), options.replicaLabel()));
  }

  /// Decodes the body into the batch.
  Decoded decode(WireVersion version) {
    return switch (version) {
      case V1 -> v1.decode(body.bytes(), body.length());
      case V2 -> v2.decode(body.bytes(), body.length());
    };
  }

  /// Gives up what the request has cost.
  ///
  /// @return whether the workspace is small enough to be kept for the next request
  boolean release() {
    batch.release();
    return body.release() && retainedBytes() <= MOST_RETAINED_BYTES;
  }

  /// Bytes it would keep alive in the pool, without the body's buffers, which bound themselves.
  private long retainedBytes() {
    return batch.retainedBytes() + v1.retainedBytes() + v2.retainedBytes();
  }
}

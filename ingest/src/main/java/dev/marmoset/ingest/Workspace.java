package dev.marmoset.ingest;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.ingest.decode.Decoded;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.ingest.decode.QuickV1Decoder;
import dev.marmoset.ingest.decode.QuickV2Decoder;
import dev.marmoset.ingest.decode.Spellings;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.decode.WriteV1Decoder;
import dev.marmoset.ingest.decode.WriteV2Decoder;
import dev.marmoset.ingest.verdict.Ingester;
import dev.marmoset.ingest.verdict.LabelValidator;
import dev.marmoset.ingest.verdict.WriteStats;
import dev.marmoset.storage.Storage;

/// Everything one request needs to be decoded and judged: columns, tables, decoders. Confined to the request that
/// took it from the [WorkspacePool].
final class Workspace {
  /// Columns for about 60,000 samples.
  private static final long MOST_RETAINED_BYTES = 2 << 20;

  final WriteBatch batch;
  final WriteStats stats = new WriteStats();
  final Ingester ingester;
  /// Where series get another label before they are looked up, their bytes as they came say nothing.
  private final boolean conjecturing;
  private final QuickV1Decoder quickV1;
  private final QuickV2Decoder quickV2;
  private final Spellings spellings;
  /// Whether the body in work is spelt as [#spellings] says.
  private boolean spelt;
  final TenantLabel tenants;
  private final WriteV1Decoder v1;
  private final WriteV2Decoder v2;

  Workspace(Storage storage, WriteOptions options, ByteBudget budget) {
    IngestLimits limits = options.limits();
    batch = new WriteBatch(budget);
    conjecturing = options.tenancy().isEmpty();
    quickV1 = new QuickV1Decoder(batch, limits.maxSamples(), storage.labelHash());
    spellings = new Spellings(storage.labelHash(), batch);
    quickV2 = new QuickV2Decoder(batch, limits.maxSamples(), spellings);
    v1 = new WriteV1Decoder(batch, limits.maxSamples());
    v2 = new WriteV2Decoder(batch, limits.maxSamples(), limits.labels(), limits.body().maxDecodedBytes());
    tenants = new TenantLabel(options.tenancy().map(Tenancy::label).orElse(""));
    ingester = new Ingester(storage, new LabelValidator(limits.labels(), options.replicaLabel()));
  }

  /// Decodes a body into the batch, perhaps as a conjecture.
  Decoded decode(WireVersion version, RequestBody body) {
    boolean quick = conjecturing && switch (version) {
      case V1 -> quickV1.decode(body.bytes(), body.length());
      case V2 -> quickV2.decode(body.bytes(), body.length());
    };
    spelt = quick && version == WireVersion.V2;
    return quick ? Decoded.COMPLETE : decodeFully(version, body);
  }

  /// Decodes a body into the batch, conjecturing nothing. To be called after [#decode].
  Decoded decodeFully(WireVersion version, RequestBody body) {
    Decoded decoded = switch (version) {
      case V1 -> v1.decode(body.bytes(), body.length());
      case V2 -> v2.decode(body.bytes(), body.length());
    };
    if (spelt) {
      batch.spellings(spellings);
    }
    return decoded;
  }

  /// Gives up what the request has cost.
  ///
  /// @return whether the workspace is small enough to be kept for the next request
  boolean release() {
    batch.release();
    return retainedBytes() <= MOST_RETAINED_BYTES;
  }

  /// Bytes it would keep alive in the pool.
  private long retainedBytes() {
    return batch.retainedBytes() + v1.retainedBytes() + v2.retainedBytes() + spellings.retainedBytes();
  }
}

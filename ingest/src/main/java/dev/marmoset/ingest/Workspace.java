package dev.marmoset.ingest;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.storage.Storage;

/// Everything one request needs to be decoded and judged: buffers, columns, decoders. Confined to the request that
/// took it from the [WorkspacePool].
final class Workspace {
  final RequestBody body;
  final WriteBatch batch = new WriteBatch();
  final WriteStats stats = new WriteStats();
  final Ingester ingester;
  private final WriteV1Decoder v1;
  private final WriteV2Decoder v2;

  Workspace(Storage storage, IngestLimits limits, String replicaLabel, ByteBudget budget) {
    body = new RequestBody(limits.body(), budget);
    v1 = new WriteV1Decoder(limits.maxSamples());
    v2 = new WriteV2Decoder(limits.maxSamples(), limits.labels(), limits.body().maxDecodedBytes());
    ingester = new Ingester(storage, new LabelValidator(limits.labels(), replicaLabel));
  }

  /// Decodes the body into the batch.
  Decoded decode(WireVersion version) {
    return switch (version) {
      case V1 -> v1.decode(body.bytes(), body.length(), batch);
      case V2 -> v2.decode(body.bytes(), body.length(), batch);
    };
  }

  /// Bytes it would keep alive in the pool, without the body's buffers, which bound themselves.
  long retainedBytes() {
    return batch.retainedBytes() + v1.retainedBytes() + v2.retainedBytes();
  }
}

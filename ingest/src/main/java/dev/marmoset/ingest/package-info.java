/// Remote write, from the body of a request to a verdict on every sample.
///
/// Start with [RemoteWriteHandler]: it reads the body ([dev.marmoset.ingest.body.RequestBody]), picks the message
/// ([WireVersion]), decodes it into columns ([WriteV1Decoder], [WriteV2Decoder] → [WriteBatch]), has the samples
/// judged and stored ([Ingester]), and is the only place that chooses a status code. Who sends and what became of it
/// stands in the [Ledger], over [dev.marmoset.ingest.account].
///
/// May depend on the storage contracts (`storage`, `storage.labels`, `storage.chunk`), on snappy in `ingest.body`
/// and on meters. Knows no HTTP library, no registry, no environment.
@NullMarked
package dev.marmoset.ingest;

import org.jspecify.annotations.NullMarked;

/// Remote write, from the body of a request to its answer.
///
/// Start with [RemoteWriteHandler]: it reads the body ([dev.marmoset.ingest.body.RequestBody]), picks the message
/// ([WireVersion]), has it decoded ([dev.marmoset.ingest.decode]) and judged and stored
/// ([dev.marmoset.ingest.verdict]), and is the only place that chooses a status code. What a request needs while it is
/// worked on is a [Workspace]; who sends and what became of it stands in the [Ledger], over
/// [dev.marmoset.ingest.account].
///
/// May depend on the storage contracts (`storage`, `storage.labels`, `storage.chunk`), on snappy in `ingest.body` and
/// on meters. Knows no HTTP library, no registry, no environment.
@NullMarked
package dev.marmoset.ingest;

import org.jspecify.annotations.NullMarked;

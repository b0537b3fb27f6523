/// The contracts of the store: what may be appended, what can be selected, and in which words.
///
/// Start with [Storage]. It hands out an [Appender] for one write request and a [Querier] for one read request;
/// the head, blocks and windows behind it implement these interfaces, so that ingest and query cannot tell them
/// apart. Expected outcomes are values here ([AppendResult], [CommitOutcome]), never exceptions. What stands beside the samples has its own
/// views: [ExemplarStore] and [MetadataStore].
///
/// May depend on `labels` and `chunk` only. Knows no protobuf, gRPC, HTTP or environment.
@NullMarked
package dev.marmoset.storage;

import org.jspecify.annotations.NullMarked;

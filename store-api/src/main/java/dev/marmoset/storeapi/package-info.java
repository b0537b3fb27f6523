/// The Thanos StoreAPI over query: Series, LabelNames, LabelValues, Info.
///
/// Start with [StoreApi], which builds everything and hands the server its services. A Series call walks
/// [StoreService] → [SelectTranslator] (external labels, matchers) → `query.SeriesSelector` → [SeriesFrames] →
/// [BackpressuredStream]. Status codes are chosen in
/// [StatusMapping] alone.
///
/// May depend on the contracts of storage, on `query`, on the generated classes, gRPC, protobuf and Micrometer core.
/// Knows no HTTP, no environment and no listener.
@NullMarked
package dev.marmoset.storeapi;

import org.jspecify.annotations.NullMarked;

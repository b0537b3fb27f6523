/// Protobuf bytes as they arrive, read without generated classes, strings or message objects.
///
/// Start with [WireReader], the bounds-checked cursor under both remote-write decoders. May depend on the
/// chunk contracts for the values of histograms.
@NullMarked
package dev.marmoset.ingest.wire;

import org.jspecify.annotations.NullMarked;

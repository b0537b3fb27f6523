/// Protobuf bytes as they arrive, read without generated classes, strings or message objects.
///
/// Start with [WireReader], the bounds-checked cursor under both remote-write decoders. Depends on the JDK only.
@NullMarked
package dev.marmoset.ingest.wire;

import org.jspecify.annotations.NullMarked;

/// The body of a write request: read within its caps and decompressed, whatever its sender has declared.
///
/// Start with [RequestBody]. The only package that uses snappy.
@NullMarked
package dev.marmoset.ingest.body;

import org.jspecify.annotations.NullMarked;

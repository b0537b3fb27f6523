/// A small, strict JSON reader and printer for the documents on the volume and in the bucket (meta.json, register
/// records): integers are exact over the whole range of `long`, which common readers that go through `double` are not.
///
/// Start with [JsonValue]; [JsonFields] reads a document's members with errors that name file and place. May depend on
/// `io`.
@NullMarked
package dev.marmoset.storage.json;

import org.jspecify.annotations.NullMarked;

/// A small, strict JSON reader and printer for the documents on the volume and in the bucket (meta.json, register
/// records): integers are exact over the whole range of `long`, which common readers that go through `double` are not.
///
/// Start with [JsonValue]. Depends on nothing.
@NullMarked
package dev.marmoset.storage.json;

import org.jspecify.annotations.NullMarked;

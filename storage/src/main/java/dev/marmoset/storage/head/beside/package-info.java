/// What stands beside the samples, both of it bounded: exemplars ([ExemplarRing]) and metadata ([MetadataTable]).
///
/// May use the contracts and `labels`, none of its siblings; only the head uses it, under its lock.
@NullMarked
package dev.marmoset.storage.head.beside;

import org.jspecify.annotations.NullMarked;

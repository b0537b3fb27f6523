/// Reads the index of a block, whoever wrote it, and trusts none of its bytes.
///
/// Start with [IndexReader]. Lengths and offsets are compared with the section they lie in before they are used, checksums
/// before content is; what does not fit is a [dev.marmoset.storage.io.CorruptDataException]. [IndexVerifier] walks all of
/// an index.
@NullMarked
package dev.marmoset.storage.index.read;

import org.jspecify.annotations.NullMarked;

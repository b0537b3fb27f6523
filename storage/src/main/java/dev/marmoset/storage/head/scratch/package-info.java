/// What the parts of the head agree on about scratch: the byte order ([Bytes]), and what it means when something cannot be
/// read back ([ScratchLostException]).
///
/// The file itself is [dev.marmoset.storage.io.ScratchFile]. At the bottom of the head: uses none of its siblings.
@NullMarked
package dev.marmoset.storage.head.scratch;

import org.jspecify.annotations.NullMarked;

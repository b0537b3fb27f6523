/// Windows: how two hours of samples go from memory to parts, from parts to the one final block, and leave the volume.
///
/// Start with [WindowKeeper], which does what is due, one step at a time. [BlockBuild] writes blocks, [BlockShelf] opens,
/// sets aside and removes them. What the replicas have agreed on about a window stands in its register
/// ([dev.marmoset.storage.window.register]); what queriers see is in [dev.marmoset.storage.window.read]. May depend on
/// `head` and `block`.
@NullMarked
package dev.marmoset.storage.window;

import org.jspecify.annotations.NullMarked;

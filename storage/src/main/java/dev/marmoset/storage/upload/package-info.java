/// Publication: final blocks go to the bucket, exactly once, in an order that never shows half a block.
///
/// Start with [BlockUploader], which takes one [FinalBlock] through all steps and may be repeated by anybody at any time,
/// and [UploadQueue], which decides when to try which. [PublishedWindows] is what the windows have to offer. What lies in
/// the bucket is the business of `upload.bucket`, how to reach it that of `objstore`.
///
/// May depend on `objstore`, `upload.bucket`, `window.register`, the meta.json of `block`, `io` and `labels`. No thread of its own.
@NullMarked
package dev.marmoset.storage.upload;

import org.jspecify.annotations.NullMarked;

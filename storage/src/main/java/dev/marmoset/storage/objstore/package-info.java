/// Buckets: objects under keys, put whole, listed by prefix.
///
/// Start with [ObjectStore], the seam. Behind it: [S3ObjectStore] for S3 and what speaks like it, [FileObjectStore] for a
/// directory in the layout of Thanos' type FILESYSTEM. [BucketSettings] says which and opens it. Classes named `S3…` are
/// the only ones that know the AWS SDK.
///
/// Nothing here retries: an upload must not outlive its lease, so who calls decides before each request.
///
/// May depend on `io` and `labels`; knows nothing of blocks.
@NullMarked
package dev.marmoset.storage.objstore;

import org.jspecify.annotations.NullMarked;

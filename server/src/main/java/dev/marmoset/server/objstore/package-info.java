/// The bucket as the configuration and the metrics see it.
///
/// Start with [ObjstoreFile], which reads a Thanos objstore configuration. [MeteredObjectStore] counts what goes to the
/// bucket under the names that Thanos' dashboards read, [UploadMetrics] what becomes of the uploads.
@NullMarked
package dev.marmoset.server.objstore;

import org.jspecify.annotations.NullMarked;

/// Files, bytes and time: the seams between storage and the machine.
///
/// Start with [FileSystem] (everything that touches a volume goes through it, so that tests can lose power at any
/// operation), [ExclusiveCreate] (the only arbiter between processes that share a volume) and [ByteReader] and
/// [ByteWriter] (how every own format is read and written).
///
/// May depend on the JDK only; no other package opens a file channel. Buffers are foreign memory, because the elastic
/// byte buffers of Chronicle Bytes need `--add-exports java.base/sun.nio.ch` on JDK 25.
@NullMarked
package dev.marmoset.storage.io;

import org.jspecify.annotations.NullMarked;

/// Files, bytes and time: the seams between storage and the machine.
///
/// Start with [FileSystem] (everything that touches a volume goes through it, so that tests can lose power at any
/// operation), [ExclusiveCreate] (the only arbiter between processes that share a volume) and [ByteReader] and
/// [ByteWriter] (how every own format is read and written).
///
/// May depend on the JDK and Chronicle Bytes only; no other package opens a file channel or uses Chronicle Bytes.
@NullMarked
package dev.marmoset.storage.io;

import org.jspecify.annotations.NullMarked;

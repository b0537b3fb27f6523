/// Opens and closes the whole store: volume, log, head and recovery.
///
/// Start with [Tsdb]. The order of a start is the design's: probe the volume, create the own log (from here on writes
/// are taken), then replay what earlier incarnations left ([Recovery]); when that is done all data is served.
///
/// Knows every package of storage; none knows it.
@NullMarked
package dev.marmoset.storage.tsdb;

import org.jspecify.annotations.NullMarked;

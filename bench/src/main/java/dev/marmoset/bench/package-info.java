/// What the benches share and what measures whole processes.
///
/// Start at [SeriesFixtures] (the data), [RequestEncoder] (remote-write bodies of it), and `SideBySide` (Marmoset and
/// its peers, one after the other, under the same bodies). Benches of a part live in the package of that part.
@NullMarked
package dev.marmoset.bench;

import org.jspecify.annotations.NullMarked;

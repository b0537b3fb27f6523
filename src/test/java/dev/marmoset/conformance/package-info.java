/// What remote write must be answered and what must then be served, case by case, through the real doors: HTTP in, StoreAPI
/// Series out, on a real store whose clock stands still.
///
/// Start at [ConformanceTest]. The rows stand in the `…Cases` classes; [CaseIndexTest] says for every number of the list
/// where it is held.
@NullMarked
package dev.marmoset.conformance;

import org.jspecify.annotations.NullMarked;

/// Label sets, their canonical bytes, and the matchers that select by them.
///
/// Start with [Labels] (an immutable sorted label set), [LabelRegion] (the canonical byte form that identifies a
/// series everywhere in the write path) and [Matcher] (one label condition of a selector); [SelectorParser] reads the
/// notation of selectors.
///
/// Everything here compares names and values as unsigned UTF-8 bytes, the order of the block index and of the
/// StoreAPI. May depend on the JDK and RE2/J only; no other package uses RE2/J.
@NullMarked
package dev.marmoset.storage.labels;

import org.jspecify.annotations.NullMarked;

/// Rules about the source tree itself: who may see whom, how the sources are shaped, and the two walks.
///
/// Start at [dev.marmoset.arch.ArchitectureTest]. The rules have no suppressions: change the code or the rule.
@NullMarked
package dev.marmoset.arch;

import org.jspecify.annotations.NullMarked;

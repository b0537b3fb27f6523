/// Marmoset between the programs it has to get along with: a real Prometheus, a real Thanos.
@NullMarked
package dev.marmoset.compat;

import org.jspecify.annotations.NullMarked;

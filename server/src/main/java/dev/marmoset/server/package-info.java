/// The process: `main`, the wiring, the listeners, readiness and the ordered stop.
///
/// Start with [Marmoset], then [Assembly], the table of contents of a running server. Everything is made by
/// constructors and closed in reverse order.
///
/// Sees every module; nobody depends on it. The only place that reads the environment or the system clock.
@NullMarked
package dev.marmoset.server;

import org.jspecify.annotations.NullMarked;

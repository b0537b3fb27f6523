/// The registry of the own metrics, its exposition, and writing it into the own store.
///
/// Start with [MetricRegistry]. Meters anywhere in the process are Micrometer's; only this package knows the registry
/// behind them and the Prometheus formats.
@NullMarked
package dev.marmoset.server.metrics;

import org.jspecify.annotations.NullMarked;

/// The command line: what was asked for, and the commands that talk to a running store.
///
/// Start with [CommandLineReader]; it turns the arguments into an [Invocation]. [SeriesCommand] and [HealthCommand] are
/// clients and share nothing with the server but the wire.
///
/// The only package that knows picocli.
@NullMarked
package dev.marmoset.server.cli;

import org.jspecify.annotations.NullMarked;

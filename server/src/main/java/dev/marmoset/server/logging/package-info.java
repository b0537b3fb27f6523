/// Log lines: one event is one line, in logfmt or JSON.
///
/// Start with [LogSetup]. Everything logs through SLF4J with key-value pairs; libraries that use `java.util.logging`
/// are led there too. The only package that knows logback.
@NullMarked
package dev.marmoset.server.logging;

import org.jspecify.annotations.NullMarked;

/// Writing JSON: log lines, status answers, command output. Nothing in the process reads JSON.
///
/// Depends on nothing.
@NullMarked
package dev.marmoset.server.json;

import org.jspecify.annotations.NullMarked;

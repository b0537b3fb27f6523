/// Checks what lies in deploy/ and the Dockerfile against the program.
@NullMarked
package dev.marmoset.deploy;

import org.jspecify.annotations.NullMarked;

/// The product from outside: real processes of the shipped jar, written to and read from over the network.
@NullMarked
package dev.marmoset.e2e;

import org.jspecify.annotations.NullMarked;

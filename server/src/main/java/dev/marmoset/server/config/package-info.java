/// What the process is told: every flag once, and the record tree that comes out of flags, environment and file.
///
/// Start with [Flags], the table of all settings; command line, environment names, file keys, help and the page
/// `docs/configuration.md` are all made from it. [ConfigLoader] joins the sources and returns a [ServerConfig] or all
/// problems at once. Nothing is repaired: a value out of bounds is an error that names the bound.
///
/// The only package that reads YAML. Depends on `storage.labels` for label sets.
@NullMarked
package dev.marmoset.server.config;

import org.jspecify.annotations.NullMarked;

/// Documents that people write in YAML, read strictly: every scalar is a text, an unknown key is a problem, and no
/// problem shows a value, because values may be secrets.
///
/// Start with [StrictMap]. May depend on the YAML reader and the JDK only.
@NullMarked
package dev.marmoset.server.yaml;

import org.jspecify.annotations.NullMarked;

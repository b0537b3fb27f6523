/// TLS for listeners: certificates and keys from PEM files, read again when they change.
///
/// Start with [ServerTls], which both listeners use; [TlsSettings] is what a configuration says, [WebConfigFile] reads
/// Prometheus' web configuration. Knows no listener.
@NullMarked
package dev.marmoset.server.tls;

import org.jspecify.annotations.NullMarked;

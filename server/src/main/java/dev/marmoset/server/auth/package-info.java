/// Who may come in, and for what: credentials, their proofs and the verdict on a request.
///
/// Start with [Gatekeeper], which judges a [Proof]; a listener compares the caller's scopes with the [Access] of a route
/// or an rpc. [AuthFile] reads credentials. Secrets are compared in constant time, live only in [Secret] and
/// [Credential], and never reach a text.
///
/// Knows no listener. The only package that knows bcrypt.
@NullMarked
package dev.marmoset.server.auth;

import org.jspecify.annotations.NullMarked;

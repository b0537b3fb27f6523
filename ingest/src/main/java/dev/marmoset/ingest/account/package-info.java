/// Who sends, what each sender may send, and what became of it.
///
/// Start with [Senders]: it gives every request its [Sender], of which there is a bounded number. [Receipts] keeps what
/// became of the last requests. Knows no wire format and no storage; time comes in as arguments.
@NullMarked
package dev.marmoset.ingest.account;

import org.jspecify.annotations.NullMarked;

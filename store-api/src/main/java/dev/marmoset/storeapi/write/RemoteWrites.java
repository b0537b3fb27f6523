package dev.marmoset.storeapi.write;

import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.WriteResponse;
import java.io.InputStream;

/// What takes writes, usually `ingest.RemoteWriteHandler`. Thread-safe; blocks until the write is durable or refused.
@FunctionalInterface
public interface RemoteWrites {
  /// Takes one message of remote write 1.0.
  WriteResponse write(WriteRequestHead head, InputStream body);
}

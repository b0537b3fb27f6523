package dev.marmoset.storage.objstore;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A bucket did not do what it was asked to. Names the operation, the key and the HTTP status; never a credential.
public final class ObjectStoreException extends IOException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final String key;
  private final int status;

  /// @param operation what was asked, in a word
  /// @param key       of the object, or the prefix
  /// @param status    HTTP status of the answer; 0 without an answer
  /// @param detail    what came back
  public ObjectStoreException(String operation, String key, int status, String detail,
      @Nullable Throwable cause) {
    super(operation + " of \"" + key + "\" in the bucket: "
        + (status == 0 ? "no usable answer" : "status " + status) + ", " + detail, cause);
    this.operation = operation;
    this.key = key;
    this.status = status;
  }

  /// What was asked, in a word.
  public String operation() {
    return operation;
  }

  /// Key of the object, or the prefix.
  public String key() {
    return key;
  }

  /// HTTP status of the answer; 0 without an answer.
  public int status() {
    return status;
  }
}

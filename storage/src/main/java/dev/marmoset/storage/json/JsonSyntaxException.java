package dev.marmoset.storage.json;

/// A text is not JSON.
public final class JsonSyntaxException extends Exception {
  private static final long serialVersionUID = 1;

  /// Position in the text, chars from 0.
  private final int position;

  JsonSyntaxException(int position, String expected, String got) {
    super("JSON at character " + position + ": expected " + expected + ", got " + got);
    this.position = position;
  }

  /// Where the text stops being JSON, in chars from 0.
  public int position() {
    return position;
  }
}

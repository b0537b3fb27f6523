package dev.marmoset.storage.json;

/// Prints JSON with one member or element per line, indented with tabs.
final class JsonPrinter {
  private final StringBuilder out = new StringBuilder();
  private int depth;

  String print(JsonValue value) {
    append(value);
    return out.toString();
  }

  private void append(JsonValue value) {
    switch (value) {
      case JsonValue.Obj(var members) -> {
        open('{');
        members.forEach((name, member) -> {
          newLine();
          string(name);
          out.append(": ");
          append(member);
          out.append(',');
        });
        close('}');
      }
      case JsonValue.Arr(var elements) -> {
        open('[');
        for (JsonValue element : elements) {
          newLine();
          append(element);
          out.append(',');
        }
        close(']');
      }
      case JsonValue.Str(var text) -> string(text);
      case JsonValue.Whole(var number) -> out.append(number);
      case JsonValue.Real(var number) -> out.append(number);
      case JsonValue.Bool(var truth) -> out.append(truth);
      case JsonValue.Null() -> out.append("null");
    }
  }

  private void open(char bracket) {
    out.append(bracket);
    depth++;
  }

  /// Ends an object or array; an empty one stays on its line.
  private void close(char bracket) {
    depth--;
    int last = out.length() - 1;
    if (out.charAt(last) == ',') {
      out.setLength(last);
      newLine();
    }
    out.append(bracket);
  }

  private void newLine() {
    out.append('\n').repeat('\t', depth);
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}

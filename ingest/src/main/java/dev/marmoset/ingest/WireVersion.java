package dev.marmoset.ingest;

import java.util.Locale;
import java.util.Optional;

/// The two messages of remote write. The content type alone decides; the version header does not.
enum WireVersion {
  /// `prometheus.WriteRequest`.
  V1("prometheus.WriteRequest", "1.0"),
  /// `io.prometheus.write.v2.Request`.
  V2("io.prometheus.write.v2.Request", "2.0");

  private static final String PROTOBUF = "application/x-protobuf";
  private static final String OCTETS = "application/octet-stream";
  /// Characters of an RFC 9110 token besides letters and digits.
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  private final String message;
  private final String number;

  WireVersion(String message, String number) {
    this.message = message;
    this.number = number;
  }

  /// The version as people write it.
  String number() {
    return number;
  }

  /// The other one.
  WireVersion other() {
    return this == V1 ? V2 : V1;
  }

  /// The version that a Content-Type names: media type and parameters in any case, with optional white space and
  /// quotes. Absent means 1.0.
  ///
  /// @param contentType value of the header, empty when it is absent
  /// @return empty for another media type, an unknown or contradictory `proto`, or malformed parameters: 415
  static Optional<WireVersion> ofContentType(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).strip();
    boolean known = type.equalsIgnoreCase(PROTOBUF) || type.equalsIgnoreCase(OCTETS)
        || (type.isEmpty() && semicolon < 0);
    if (!known) {
      return Optional.empty();
    }
    return semicolon < 0 ? Optional.of(V1) : ofParameters(contentType, semicolon);
  }

  /// Walks `*( ; [ name=value ] )` from the first semicolon on.
  private static Optional<WireVersion> ofParameters(String text, int semicolon) {
    String proto = "";
    int at = semicolon;
    while (at < text.length()) {
      int start = skipBlanks(text, at + 1);
      int end = parameterEnd(text, start);
      String parameter = text.substring(start, end).strip();
      if (!parameter.isEmpty()) {
        int equals = parameter.indexOf('=');
        String value = equals < 0 ? "" : value(parameter.substring(equals + 1));
        if (equals < 1 || !isToken(parameter.substring(0, equals)) || value.isEmpty()) {
          return Optional.empty();
        }
        if (parameter.substring(0, equals).toLowerCase(Locale.ROOT).equals("proto")) {
          if (!proto.isEmpty() && !proto.equalsIgnoreCase(value)) {
            return Optional.empty();
          }
          proto = value;
        }
      }
      at = end;
    }
    return proto.isEmpty() ? Optional.of(V1) : ofMessage(proto);
  }

  private static Optional<WireVersion> ofMessage(String proto) {
    for (WireVersion version : values()) {
      if (version.message.equalsIgnoreCase(proto)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }

  private static int skipBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  /// Offset of the next semicolon outside of quotes, or the end.
  private static int parameterEnd(String text, int from) {
    boolean quoted = false;
    int at = from;
    while (at < text.length() && (quoted || text.charAt(at) != ';')) {
      if (text.charAt(at) == '"') {
        quoted = !quoted;
      } else if (quoted && text.charAt(at) == '\\') {
        at++;
      }
      at++;
    }
    return Math.min(at, text.length());
  }

  /// A token as it is, a quoted string without its quotes, or the empty string for neither.
  private static String value(String text) {
    if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
      String inner = text.substring(1, text.length() - 1);
      return inner.indexOf('"') < 0 && inner.indexOf('\\') < 0 ? inner : "";
    }
    return isToken(text) ? text : "";
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && TOKEN_MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}

package dev.marmoset.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/// An answer: status, headers, complete body. Immutable; the body is shared.
public final class HttpResponse {
  private static final String CONTENT_TYPE = "Content-Type";

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  private HttpResponse(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = Map.copyOf(headers);
    this.body = body;
  }

  /// An answer with the headers given, a content type among them if there is a body.
  public static HttpResponse of(int status, Map<String, String> headers, String body) {
    return new HttpResponse(status, headers, body.getBytes(UTF_8));
  }

  /// Plain text. A line end is added.
  public static HttpResponse text(int status, String text) {
    return of(status, Map.of(CONTENT_TYPE, "text/plain; charset=utf-8"), text + "\n");
  }

  /// A JSON document.
  public static HttpResponse json(String json) {
    return of(200, Map.of(CONTENT_TYPE, "application/json"), json);
  }

  /// Any content.
  ///
  /// @param body passes to the answer
  public static HttpResponse bytes(String contentType, byte[] body) {
    return new HttpResponse(200, Map.of(CONTENT_TYPE, contentType), body);
  }

  /// The same answer with one more header.
  public HttpResponse with(String name, String value) {
    var more = new HashMap<>(headers);
    more.put(name, value);
    return new HttpResponse(status, more, body);
  }

  /// The status code.
  public int status() {
    return status;
  }

  /// Headers by name.
  public Map<String, String> headers() {
    return headers;
  }

  /// The body as text.
  public String text() {
    return new String(body, UTF_8);
  }

  ByteBuffer content() {
    return ByteBuffer.wrap(body).asReadOnlyBuffer();
  }
}

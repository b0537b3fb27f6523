package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An AWS Signature Version 4 in an `Authorization` header, and what it covers.
///
/// ```
/// AWS4-HMAC-SHA256 Credential=<access key>/<yyyymmdd>/<region>/<service>/aws4_request,
///   SignedHeaders=<names, sorted, with semicolons>, Signature=<64 hex digits>
/// ```
/// The signature is an HMAC over the canonical request: method, path (each segment encoded once more than on the wire,
/// as for every service but S3), query, signed headers, SHA-256 of the body
/// ([AWS: create a signed request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
/// The hash of the body stands in `x-amz-content-sha256`, or nowhere: then the body itself decides.
///
/// @param accessKey     names the key pair
/// @param day           of the credential scope, `yyyymmdd`
/// @param region        of the credential scope
/// @param service       of the credential scope
/// @param signedHeaders lower-case names in the order signed
/// @param signature     lower-case hex
record SignatureV4(String accessKey, String day, String region, String service, List<String> signedHeaders,
    String signature) {
  static final String SCHEME = "AWS4-HMAC-SHA256";
  /// As of AWS: further apart, a recorded request cannot be told from a new one.
  static final Duration SKEW = Duration.ofMinutes(15);
  static final String EMPTY_BODY = sha256("");

  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
  private static final String TERMINATOR = "aws4_request";
  private static final String DATE = "x-amz-date";
  private static final String BODY_HASH = "x-amz-content-sha256";
  private static final Pattern FORM = Pattern.compile(SCHEME
      + " +Credential=([^/,\\s]{1,128})/(\\d{8})/([^/,\\s]{1,64})/([^/,\\s]{1,64})/" + TERMINATOR
      + " *, *SignedHeaders=([a-z0-9;._-]{1,1024}) *, *Signature=([0-9a-f]{64}) *");
  private static final Pattern SPACES = Pattern.compile(" +");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  SignatureV4 {
    signedHeaders = List.copyOf(signedHeaders);
  }

  /// Reads the value of an `Authorization` header; empty if it has another form.
  static Optional<SignatureV4> parse(String authorization) {
    Matcher form = FORM.matcher(authorization);
    return form.matches()
        ? Optional.of(new SignatureV4(form.group(1), form.group(2), form.group(3), form.group(4),
            List.of(form.group(5).split(";", -1)), form.group(6)))
        : Optional.empty();
  }

  /// What is wrong with the signed parts before any key is needed; empty if nothing is.
  ///
  /// @param now by the store's clock
  Optional<String> fault(Proof.Signable request, Instant now) {
    for (String needed : List.of("host", DATE)) {
      if (!signedHeaders.contains(needed)) {
        return Optional.of("the signature does not cover the header " + needed);
      }
    }
    String date = header(request, DATE);
    Instant signed;
    try {
      signed = Instant.from(TIMESTAMP.parse(date));
    } catch (DateTimeParseException _) {
      return Optional.of("x-amz-date is not of the form 20261121T170000Z");
    }
    if (Duration.between(signed, now).abs().compareTo(SKEW) > 0) {
      return Optional.of("the request was signed at " + date + ", this store's clock says "
          + TIMESTAMP.format(now) + "; more than " + SKEW.toMinutes() + " min apart");
    }
    if (!date.startsWith(day)) {
      return Optional.of("the credential scope is of another day than x-amz-date");
    }
    String declared = header(request, BODY_HASH);
    if (!declared.isEmpty() && !declared.equals(UNSIGNED) && !SHA_256.matcher(declared).matches()) {
      return Optional.of("x-amz-content-sha256 is neither a SHA-256 in lower-case hex nor " + UNSIGNED
          + "; chunked signatures are not taken");
    }
    return Optional.empty();
  }

  /// What the head says of the body: its SHA-256, `UNSIGNED-PAYLOAD`, or empty for nothing.
  static String declaredBody(Proof.Signable request) {
    return header(request, BODY_HASH);
  }

  /// Whether the declared body leaves the body free.
  static boolean leavesBodyFree(String declared) {
    return declared.equals(UNSIGNED);
  }

  /// Whether the secret key makes this signature over the request.
  ///
  /// @param keys of this and other secret keys, remembered
  /// @param body SHA-256 of the body in lower-case hex, or `UNSIGNED-PAYLOAD`
  boolean isMadeBy(Secret secretKey, SigningKeys keys, Proof.Signable request, String body) {
    String scope = day + "/" + region + "/" + service + "/" + TERMINATOR;
    String toSign = SCHEME + "\n" + header(request, DATE) + "\n" + scope + "\n"
        + sha256(canonicalRequest(request, body));
    byte[] made = keys.of(secretKey, List.of(day, region, service, TERMINATOR)).of(toSign.getBytes(UTF_8));
    return MessageDigest.isEqual(HexFormat.of().formatHex(made).getBytes(US_ASCII),
        signature.getBytes(US_ASCII));
  }

  String canonicalRequest(Proof.Signable request, String body) {
    var text = new StringBuilder().append(request.method()).append('\n')
        .append(canonicalPath(request.rawPath())).append('\n')
        .append(canonicalQuery(request.rawQuery())).append('\n');
    for (String name : signedHeaders) {
      text.append(name).append(':').append(header(request, name)).append('\n');
    }
    return text.append('\n').append(String.join(";", signedHeaders)).append('\n').append(body).toString();
  }

  /// All values with commas between them, runs of spaces as one.
  private static String header(Proof.Signable request, String name) {
    return String.join(",",
        request.headers(name).stream().map(value -> SPACES.matcher(value.strip()).replaceAll(" ")).toList());
  }

  private static String canonicalPath(String raw) {
    var kept = new ArrayList<String>();
    for (String segment : raw.split("/")) {
      if (segment.equals("..")) {
        if (!kept.isEmpty()) {
          kept.removeLast();
        }
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        kept.add(encode(segment.getBytes(UTF_8)));
      }
    }
    String path = "/" + String.join("/", kept);
    return raw.endsWith("/") && !kept.isEmpty() ? path + "/" : path;
  }

  private static String canonicalQuery(String raw) {
    if (raw.isEmpty()) {
      return "";
    }
    var pairs = new ArrayList<String[]>();
    for (String pair : raw.split("&")) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        pairs.add(new String[] {encode(decode(name)), encode(decode(value))});
      }
    }
    pairs.sort((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]));
    return String.join("&", pairs.stream().map(pair -> pair[0] + "=" + pair[1]).toList());
  }

  /// Percent-encodes everything but RFC 3986's unreserved characters.
  private static String encode(byte[] bytes) {
    var text = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      char c = (char) (b & 0xFF);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
        text.append(c);
      } else {
        text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return text.toString();
  }

  /// Undoes percent-encoding; a percent sign without two digits stands for itself.
  private static byte[] decode(String text) {
    byte[] bytes = text.replace('+', ' ').getBytes(UTF_8);
    byte[] plain = new byte[bytes.length];
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      boolean encoded = bytes[i] == '%' && i + 2 < bytes.length && HexFormat.isHexDigit(bytes[i + 1])
          && HexFormat.isHexDigit(bytes[i + 2]);
      if (encoded) {
        plain[length++] =
            (byte) (HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2]));
        i += 2;
      } else {
        plain[length++] = bytes[i];
      }
    }
    return Arrays.copyOf(plain, length);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

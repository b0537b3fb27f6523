package dev.marmoset.storage.io;

/// A 128-bit identifier that sorts by its time of creation: 48 bits of ms since the epoch, then 80 random bits.
///
/// Text form: 26 characters of Crockford's base 32, most significant first (github.com/ulid/spec). Byte form: 16 bytes,
/// big-endian. Both sort like the numbers do, unsigned.
///
/// @param high the upper 64 bits: time in ms << 16 | 16 random bits
/// @param low  the lower 64 bits
public record Ulid(long high, long low) implements Comparable<Ulid> {
  /// Characters of the text form.
  public static final int TEXT_LENGTH = 26;
  /// Bytes of the byte form.
  public static final int BYTES = 16;

  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  /// Puts a time and 80 bits of entropy together.
  ///
  /// @param millis      ms since the epoch, 48 bits
  /// @param entropyHigh the upper 16 bits of the entropy
  /// @param entropyLow  the lower 64 bits of the entropy
  public static Ulid of(long millis, int entropyHigh, long entropyLow) {
    if (millis < 0 || millis >= 1L << 48) {
      throw new IllegalArgumentException("ULID time " + millis + " ms is outside 0 to 2^48 - 1");
    }
    return new Ulid(millis << 16 | entropyHigh & 0xFFFF, entropyLow);
  }

  /// Whether `text` is a ULID in its canonical (upper-case) form.
  public static boolean isUlid(String text) {
    if (text.length() != TEXT_LENGTH || text.charAt(0) > '7') {
      return false;
    }
    for (int i = 0; i < TEXT_LENGTH; i++) {
      if (DIGITS.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException if `text` is not a ULID
  public static Ulid parse(String text) {
    if (!isUlid(text)) {
      throw new IllegalArgumentException("\"" + text + "\" is not a ULID");
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      high = high << 5 | low >>> 59;
      low = low << 5 | DIGITS.indexOf(text.charAt(i));
    }
    return new Ulid(high, low);
  }

  /// Reads the byte form from `offset` on.
  public static Ulid read(byte[] source, int offset) {
    return new Ulid(bigEndian(source, offset), bigEndian(source, offset + Long.BYTES));
  }

  private static long bigEndian(byte[] source, int offset) {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << Byte.SIZE | source[offset + i] & 0xFF;
    }
    return value;
  }

  /// The byte form in a new array.
  public byte[] toBytes() {
    byte[] target = new byte[BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      target[i] = (byte) (high >>> 56 - i * Byte.SIZE);
      target[Long.BYTES + i] = (byte) (low >>> 56 - i * Byte.SIZE);
    }
    return target;
  }

  /// Time of creation, ms since the epoch.
  public long millis() {
    return high >>> 16;
  }

  @Override
  public int compareTo(Ulid other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  /// The text form.
  @Override
  public String toString() {
    char[] text = new char[TEXT_LENGTH];
    long restHigh = high;
    long restLow = low;
    for (int i = TEXT_LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) restLow & 31);
      restLow = restLow >>> 5 | restHigh << 59;
      restHigh >>>= 5;
    }
    return new String(text);
  }
}

package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// The bit stream against one big number.
class BitStreamPropertyTest {
  record Field(long bits, int length) {}

  @Provide
  Arbitrary<Field> fields() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.integers().between(1, 64))
        .as((bits, length) -> new Field(bits >>> (64 - length), length));
  }

  @Property
  void writesTheDigitsOfTheNumber(@ForAll @Size(max = 200) List<@From("fields") Field> fields) {
    assertThat(write(fields)).isEqualTo(naive(fields));
  }

  @Property
  void readsWhatWasWritten(@ForAll @Size(max = 200) List<@From("fields") Field> fields,
      @ForAll @IntRange(max = 9) int offset) {
    var written = write(fields);
    var part = new byte[offset + written.length];
    System.arraycopy(written, 0, part, offset, written.length);
    var reader = new BitReader().reset(part, offset, written.length);
    for (var field : fields) {
      assertThat(reader.read(field.length())).isEqualTo(field.bits());
    }
    assertThat(reader.failed()).isFalse();
    assertThat(reader.remaining()).isBetween(0L, 7L);
  }

  @Property
  void skippingIsReadingWithoutLooking(@ForAll @Size(min = 2, max = 100) List<@From("fields") Field> fields) {
    var written = write(fields);
    var reader = new BitReader().reset(written, 0, written.length);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      assertThat(reader.read(fields.get(i).length(), fields.get(i + 1).length()))
          .isEqualTo(fields.get(i + 1).bits());
    }
    assertThat(reader.failed()).isFalse();
  }

  @Property
  void readsZerosBeyondTheEndAndSaysSo(@ForAll @Size(max = 20) byte[] data,
      @ForAll @IntRange(min = 1, max = 64) int length) {
    var reader = new BitReader().reset(data, 0, data.length);
    reader.skip(data.length * Byte.SIZE);
    assertThat(reader.failed()).isFalse();
    assertThat(reader.read(length)).isZero();
    assertThat(reader.failed()).isTrue();
    assertThat(reader.reset(data, 0, data.length).failed()).isFalse();
  }

  @Property
  void varintsComeBack(@ForAll long value) {
    var writer = new BitWriter();
    writer.write(1, 1);
    writer.writeVarint(value);
    writer.writeUvarint(value);
    Varbit.writeSigned(writer, value);
    Varbit.writeUnsigned(writer, value);
    var data = bytes(writer);
    var reader = new BitReader().reset(data, 0, data.length);
    assertThat(reader.readBit()).isTrue();
    assertThat(reader.readVarint()).isEqualTo(value);
    assertThat(reader.readUvarint()).isEqualTo(value);
    assertThat(Varbit.readSigned(reader)).isEqualTo(value);
    assertThat(Varbit.readUnsigned(reader)).isEqualTo(value);
    assertThat(reader.failed()).isFalse();
    assertThat(reader.remaining()).isBetween(0L, 7L);
  }

  private static byte[] write(List<Field> fields) {
    var writer = new BitWriter();
    writer.write(0x55, 7);
    writer.reset();
    for (var field : fields) {
      writer.write(field.bits(), field.length());
    }
    return bytes(writer);
  }

  private static byte[] bytes(BitWriter writer) {
    var bytes = new byte[writer.byteLength()];
    writer.copyTo(bytes, 0);
    return bytes;
  }

  private static byte[] naive(List<Field> fields) {
    var number = BigInteger.ONE;
    int length = 0;
    for (var field : fields) {
      number = number.shiftLeft(field.length()).or(new BigInteger(Long.toUnsignedString(field.bits())));
      length += field.length();
    }
    int bytes = (length + 7) / 8;
    // The leading one keeps leading zeros; it fills the first byte of the array, sign included.
    var padded = number.shiftLeft(bytes * 8 - length).toByteArray();
    return Arrays.copyOfRange(padded, padded.length - bytes, padded.length);
  }
}

package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarbitTest {
  @ParameterizedTest
  @CsvSource({"0,1", "1,5", "4,5", "5,9", "-3,5", "-4,9", "32,9", "-31,9", "33,13", "-32,13", "256,13",
    "-255,13", "257,17", "-256,17",
    "2048,17", "-2047,17", "2049,24", "-2048,24", "131072,24", "-131071,24", "131073,32", "-131072,32",
    "16777216,32", "-16777215,32",
    "16777217,64", "-16777216,64", "36028797018963968,64", "-36028797018963967,64", "36028797018963969,72",
    "-36028797018963968,72",
    "9223372036854775807,72", "-9223372036854775808,72"})
  void signedRangesAreAsymmetric(long value, int bits) {
    var writer = new BitWriter();
    Varbit.writeSigned(writer, value);
    assertThat(length(writer)).isEqualTo(bits);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,5", "7,5", "8,9", "63,9", "64,13", "511,13", "512,17", "4095,17", "4096,24",
    "262143,24", "262144,32",
    "33554431,32", "33554432,64", "72057594037927935,64", "72057594037927936,72", "-1,72"})
  void unsignedRangesEndBeforeThePowerOfTwo(long value, int bits) {
    var writer = new BitWriter();
    Varbit.writeUnsigned(writer, value);
    assertThat(length(writer)).isEqualTo(bits);
  }

  /// Bits written, found by how many more are needed for the next byte.
  private static int length(BitWriter writer) {
    int bytes = writer.byteLength();
    int free = 0;
    while (writer.byteLength() == bytes) {
      writer.write(0, 1);
      free++;
    }
    return bytes * Byte.SIZE - (free - 1);
  }
}

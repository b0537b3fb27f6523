package dev.marmoset.ingest.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireReaderTest {
  private final WireReader in = new WireReader();

  private void reset(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    in.reset(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @CsvSource({"00,0", "7f,127", "8001,128", "ffffffffffffffffff01,-1",
    "ffffffffffffffff7f,9223372036854775807",
    "80808080808080808001,-9223372036854775808", "8080808000,0"})
  void readsVarintsOfUpToTenBytes(String hex, long value) {
    reset(hex);
    assertThat(in.varint()).isEqualTo(value);
    assertThat(in.failed()).isFalse();
    assertThat(in.more()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"'',TRUNCATED", "80,TRUNCATED", "ffffffffffffffffff,TRUNCATED",
    "ffffffffffffffffffff,LONG_VARINT",
    "ffffffffffffffffffff01,LONG_VARINT"})
  void latchesBadVarints(String hex, WireFault fault) {
    reset(hex);
    assertThat(in.varint()).isZero();
    assertThat(in.fault()).isEqualTo(fault);
    assertThat(in.more()).isFalse();
    assertThat(in.fixed64()).as("reads after a fault").isZero();
    assertThat(in.fault()).as("the first fault stays").isEqualTo(fault);
  }

  @ParameterizedTest
  @CsvSource({"00,BAD_TAG", "07,BAD_TAG", "8000,BAD_TAG", "ffffffff1f,WIDE", "0a02ff,BAD_LENGTH",
    "0affffffffffffffffff01,WIDE", "0affffffff1f,WIDE", "0900,TRUNCATED", "0d00,TRUNCATED", "0c,BAD_GROUP",
    "0b,BAD_GROUP", "0b14,BAD_GROUP", "0b130c14,BAD_GROUP", "0e,BAD_TAG"})
  void latchesBadFields(String hex, WireFault fault) {
    reset(hex);
    while (in.more()) {
      in.skip(in.tag());
    }
    assertThat(in.fault()).isEqualTo(fault);
  }

  @ParameterizedTest
  @CsvSource({"0801", "0a03010203", "090102030405060708", "0d01020304", "0b0c", "0b0801130a0100140c",
    "f8ffffff0f01"})
  void skipsUnknownFieldsWhole(String hex) {
    reset(hex);
    in.skip(in.tag());
    assertThat(in.failed()).isFalse();
    assertThat(in.more()).isFalse();
  }

  @Test
  void nothingReachesOverTheInnerMessage() {
    reset("0a0309ffff" + "ffffffffffff");
    assertThat(in.tag()).isEqualTo(0x0A);
    int outer = in.enter();
    assertThat(in.tag()).isEqualTo(0x09);
    assertThat(in.fixed64()).isZero();
    in.leave(outer);
    assertThat(in.fault()).isEqualTo(WireFault.TRUNCATED);
    assertThat(in.more()).isFalse();
  }

  @Test
  void groupsNestAHundredDeepAndNoDeeper() {
    reset("0b".repeat(100) + "0c".repeat(100));
    in.skip(in.tag());
    assertThat(in.failed()).isFalse();
    reset("0b".repeat(101) + "0c".repeat(101));
    in.skip(in.tag());
    assertThat(in.fault()).isEqualTo(WireFault.BAD_GROUP);
    reset("0b".repeat(1 << 20));
    in.skip(in.tag());
    assertThat(in.fault()).isEqualTo(WireFault.BAD_GROUP);
  }
}

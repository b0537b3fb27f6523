package dev.marmoset.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.decode.Decoded;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.decode.WriteV1Decoder;
import dev.marmoset.ingest.decode.WriteV2Decoder;
import dev.marmoset.ingest.wire.WireFault;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The hand-written decoders against the generated ones: the same samples from every message, the same answer to
/// every heap of bytes. Where they differ on purpose:
///
/// | bytes                                        | generated       | by hand                              |
/// |----------------------------------------------|-----------------|--------------------------------------|
/// | known field in a wrong wire type             | skipped         | refused: nothing is lost behind a 2xx |
/// | tag or length of more than 32 bits           | truncated       | refused                              |
/// | varint of 10 bytes that says it goes on       | taken (4.36)    | refused, as the protocol has it       |
/// | text that is not UTF-8, malformed label      | body refused    | series refused, if it has samples     |
///
/// Each run draws from a printed seed.
class WireDifferentialPropertyTest {
  private static final Set<WireFault> STRICTER = EnumSet.of(WireFault.WRONG_TYPE, WireFault.WIDE,
      WireFault.LONG_VARINT);
  private static final int MESSAGES = 3000;
  private static final int MUTATIONS = 40_000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final IngestLimits limits = IngestLimits.defaults();
  private final WriteBatch batch = new WriteBatch(new ByteBudget(1L << 30));
  private final WriteV1Decoder v1 = new WriteV1Decoder(batch, limits.maxSamples());
  private final WriteV2Decoder v2 = new WriteV2Decoder(batch, limits.maxSamples(), limits.labels(), 64 << 20);
  private final RandomMessages messages = new RandomMessages(random);

  @Test
  void version1YieldsWhatTheGeneratedParserYields() {
    for (int i = 0; i < MESSAGES; i++) {
      WriteRequest message = messages.v1();
      byte[] bytes = message.toByteArray();
      assertThat(v1.decode(bytes, bytes.length)).as("seed %d", seed).isEqualTo(Decoded.COMPLETE);
      assertThat(Columns.of(batch)).as("seed %d, message %s", seed, message).isEqualTo(Columns.of(message));
    }
  }

  @Test
  void version2YieldsWhatTheGeneratedParserYields() {
    for (int i = 0; i < MESSAGES; i++) {
      Request message = messages.v2();
      byte[] bytes = message.toByteArray();
      assertThat(v2.decode(bytes, bytes.length)).as("seed %d", seed).isEqualTo(Decoded.COMPLETE);
      assertThat(Columns.of(batch)).as("seed %d, message %s", seed, message).isEqualTo(Columns.of(message));
    }
  }

  @Test
  void version1JudgesMutatedBytesLikeTheGeneratedParser() {
    int accepted = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = mutated(messages.v1().toByteArray());
      Decoded decoded = v1.decode(bytes, bytes.length);
      List<String> expected = null;
      try {
        expected = Columns.of(WriteRequest.parseFrom(bytes));
      } catch (InvalidProtocolBufferException e) {
        assertThat(decoded instanceof Decoded.Malformed || isAboutText(e) || parsesWithoutLabels(bytes))
            .as("seed %d, accepted %s", seed, HexFormat.of().formatHex(bytes)).isTrue();
      }
      accepted += compare(bytes, decoded, expected);
    }
    assertThat(accepted).as("mutations that both accept, seed %d", seed).isGreaterThan(MUTATIONS / 20);
  }

  @Test
  void version2JudgesMutatedBytesLikeTheGeneratedParser() {
    int accepted = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = mutated(messages.v2().toByteArray());
      Decoded decoded = v2.decode(bytes, bytes.length);
      List<String> expected = null;
      try {
        expected = Columns.of(Request.parseFrom(bytes));
      } catch (InvalidProtocolBufferException e) {
        assertThat(decoded instanceof Decoded.Malformed || isAboutText(e))
            .as("seed %d, accepted %s", seed, HexFormat.of().formatHex(bytes)).isTrue();
      }
      accepted += compare(bytes, decoded, expected);
    }
    assertThat(accepted).as("mutations that both accept, seed %d", seed).isGreaterThan(MUTATIONS / 20);
  }

  /// Fails on any difference that the table above does not name; 1 when both accept.
  private int compare(byte[] bytes, Decoded decoded, @Nullable List<String> expected) {
    String input = "seed " + seed + ", bytes " + HexFormat.of().formatHex(bytes);
    if (decoded instanceof Decoded.Malformed(WireFault fault, int offset)) {
      assertThat(offset).as(input).isBetween(0, bytes.length);
      boolean stricter = STRICTER.contains(fault);
      if (!stricter) {
        assertThat(expected).as(input + " refused as " + fault).isNull();
      }
      return 0;
    }
    List<String> actual = Columns.of(batch);
    if (expected == null || actual.stream().anyMatch(line -> line.contains(Columns.MALFORMED))) {
      // Labels and text are left to the validator, which refuses the series for what a parser refuses the body.
      return 0;
    }
    assertThat(actual).as(input).isEqualTo(expected);
    return 1;
  }

  private static boolean isAboutText(InvalidProtocolBufferException e) {
    return String.valueOf(e.getMessage()).contains("UTF-8");
  }

  /// Whether the generated parser takes the message when the labels of all series are left out.
  private static boolean parsesWithoutLabels(byte[] bytes) {
    try {
      UnknownFieldSet request = UnknownFieldSet.parseFrom(bytes);
      var bare = Field.newBuilder();
      for (ByteString series : request.getField(1).getLengthDelimitedList()) {
        bare.addLengthDelimited(
            UnknownFieldSet.parseFrom(series).toBuilder().clearField(1).build().toByteString());
      }
      byte[] rest = request.toBuilder().addField(1, bare.build()).build().toByteArray();
      return WriteRequest.parseFrom(rest).isInitialized();
    } catch (InvalidProtocolBufferException e) {
      return isAboutText(e);
    }
  }

  private byte[] mutated(byte[] message) {
    byte[] bytes = message.clone();
    for (int n = random.nextInt(3); n >= 0 && bytes.length > 0; n--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = inserted(bytes, at);
        default -> bytes[at] = (byte) random.nextInt(32);
      }
    }
    return bytes;
  }

  private byte[] inserted(byte[] bytes, int at) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
    longer[at] = (byte) random.nextInt(256);
    return longer;
  }

  @Test
  void noBytesMakeTheHandlerFail() {
    var client = new WriteClient();
    var kinds = List.of(WriteClient.V1_TYPE, WriteClient.V2_TYPE);
    var statuses = new ArrayList<Integer>();
    for (int i = 0; i < MUTATIONS / 3; i++) {
      byte[] raw = switch (i % 3) {
        case 0 -> mutated(messages.v1().toByteArray());
        case 1 -> mutated(messages.v2().toByteArray());
        default -> messages.bytes(random.nextInt(60));
      };
      byte[] body = switch (random.nextInt(3)) {
        case 0 -> raw;
        case 1 -> WriteClient.snappy(raw);
        default -> mutated(WriteClient.snappy(raw));
      };
      String encoding = random.nextBoolean() ? "snappy" : random.nextBoolean() ? "" : "identity";
      WriteResponse response = client.post(kinds.get(random.nextInt(2)), encoding, body);
      assertThat(response.status()).as("seed %d", seed).isIn(204, 400, 413, 415);
      assertThat(response.body().length()).isLessThanOrEqualTo(1024);
      statuses.add(response.status());
    }
    assertThat(statuses).contains(204, 400);
  }
}

package dev.marmoset.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedOutputStream;

class RequestBodyTest {
  private static final int MIB = 1 << 20;
  private static final BodyLimits LIMITS = new BodyLimits(MIB, 2 * MIB, 4L * MIB);

  private final ByteBudget budget = new ByteBudget(LIMITS.maxBytesInFlight());
  private final RequestBody body = new RequestBody(LIMITS, budget);

  private BodyResult read(byte[] bytes) {
    return body.read(new ByteArrayInputStream(bytes), bytes.length, true);
  }

  private byte[] decoded() {
    return Arrays.copyOf(body.bytes(), body.length());
  }

  private static byte[] message(int length) {
    byte[] message = new byte[length];
    new Random(length).nextBytes(message);
    for (int i = 0; i < length / 2; i++) {
      message[i] = (byte) (i % 7);
    }
    return message;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 65_536, 65_537, 300_000, MIB})
  void decodesEveryForm(int length) throws IOException {
    byte[] message = message(length);
    assertThat(read(Snappy.compress(message))).isEqualTo(new BodyResult.Complete(BodyForm.SNAPPY));
    assertThat(decoded()).isEqualTo(message);
    assertThat(read(framed(message))).isEqualTo(new BodyResult.Complete(BodyForm.FRAMED));
    assertThat(decoded()).isEqualTo(message);
    assertThat(read(gzip(message))).isEqualTo(new BodyResult.Complete(BodyForm.GZIP));
    assertThat(decoded()).isEqualTo(message);
  }

  private static byte[] framed(byte[] message) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var stream = new SnappyFramedOutputStream(out)) {
      stream.write(message);
    }
    return out.toByteArray();
  }

  private static byte[] gzip(byte[] message) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var stream = new GZIPOutputStream(out)) {
      stream.write(message);
    }
    return out.toByteArray();
  }

  @Test
  void readsStreamsThatAnswerByteByByte() throws IOException {
    byte[] compressed = Snappy.compress(message(20_000));
    var slow = new InputStream() {
      private int at;

      @Override
      public int read() {
        return at < compressed.length ? compressed[at++] & 0xFF : -1;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        int next = read();
        target[offset] = (byte) next;
        return next < 0 ? -1 : 1;
      }
    };
    assertThat(body.read(slow, -1, true)).isEqualTo(new BodyResult.Complete(BodyForm.SNAPPY));
    assertThat(decoded()).isEqualTo(message(20_000));
  }

  @Test
  void snappyBlockMustBeWholeAndExact() throws IOException {
    byte[] block = Snappy.compress(message(5000));
    assertThat(read(Arrays.copyOf(block, block.length - 1))).isInstanceOf(BodyResult.Undecodable.class);
    assertThat(read(Arrays.copyOf(block, block.length + 1))).isInstanceOf(BodyResult.Undecodable.class);
    byte[] understated = block.clone();
    understated[0]--;
    assertThat(read(understated)).isInstanceOf(BodyResult.Undecodable.class);
    byte[] overstated = block.clone();
    overstated[0]++;
    assertThat(read(overstated)).isInstanceOf(BodyResult.Undecodable.class);
  }

  @Test
  void damagedStreamsAreUndecodable() throws IOException {
    var random = new Random(3);
    byte[] framed = framed(message(70_000));
    byte[] gzip = gzip(message(70_000));
    for (int i = 0; i < 2000; i++) {
      byte[] broken = (i % 2 == 0 ? framed : gzip).clone();
      broken[10 + random.nextInt(broken.length - 10)] ^= (byte) (1 << random.nextInt(8));
      BodyResult result = read(broken);
      if (result instanceof BodyResult.Complete) {
        assertThat(decoded()).isEqualTo(message(70_000));
      }
      assertThat(read(Arrays.copyOf(framed, 10 + random.nextInt(framed.length - 10))))
          .isNotInstanceOf(BodyResult.TooLarge.class);
    }
  }

  @Test
  void randomBytesNeverThrow() {
    var random = new Random(5);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(40)];
      random.nextBytes(bytes);
      if (i % 4 == 0) {
        byte[] magic = {(byte) 0xFF, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};
        System.arraycopy(magic, 0, bytes, 0, Math.min(magic.length, bytes.length));
      } else if (i % 4 == 1) {
        bytes[0] = 0x1F;
        bytes[bytes.length - 1] = (byte) 0x8B;
      }
      assertThat(read(bytes)).isNotNull();
    }
  }

  @Test
  void capsAreExact() throws IOException {
    assertThat(read(Snappy.compress(new byte[2 * MIB]))).isInstanceOf(BodyResult.Complete.class);
    assertThat(read(Snappy.compress(new byte[2 * MIB + 1]))).isInstanceOf(BodyResult.TooLarge.class);
    assertThat(read(gzip(new byte[2 * MIB]))).isInstanceOf(BodyResult.Complete.class);
    assertThat(read(gzip(new byte[2 * MIB + 1]))).isInstanceOf(BodyResult.TooLarge.class);
    assertThat(read(framed(new byte[2 * MIB]))).isInstanceOf(BodyResult.Complete.class);
    assertThat(read(framed(new byte[2 * MIB + 1]))).isInstanceOf(BodyResult.TooLarge.class);
    byte[] plain = new byte[MIB + 1];
    assertThat(body.read(new ByteArrayInputStream(plain, 0, MIB), -1, false))
        .isInstanceOf(BodyResult.Complete.class);
    assertThat(body.read(new ByteArrayInputStream(plain), -1, false)).isInstanceOf(BodyResult.TooLarge.class);
  }

  @Test
  void declaredLengthBeyondTheCapIsNotEvenRead() {
    var untouched = new InputStream() {
      @Override
      public int read() {
        throw new AssertionError("the body was read");
      }
    };
    assertThat(body.read(untouched, MIB + 1L, true)).isInstanceOf(BodyResult.TooLarge.class);
  }

  @Test
  void bytesArePaidForAndGivenBack() throws IOException {
    var other = new RequestBody(LIMITS, budget);
    byte[] large = Snappy.compress(new byte[2 * MIB]);
    assertThat(read(large)).isInstanceOf(BodyResult.Complete.class);
    assertThat(budget.left()).isLessThanOrEqualTo(2 * MIB);
    assertThat(budget.tryTake(budget.left())).isTrue();
    assertThat(other.read(new ByteArrayInputStream(large), large.length, true))
        .isInstanceOf(BodyResult.Unavailable.class);
    other.release();
    body.release();
    assertThat(budget.left()).isPositive();
    assertThat(other.read(new ByteArrayInputStream(Snappy.compress(new byte[100])), -1, true))
        .isEqualTo(new BodyResult.Complete(BodyForm.SNAPPY));
  }

  @Test
  void keptBuffersArePaidForAgain() throws IOException {
    byte[] compressed = Snappy.compress(message(400_000));
    read(compressed);
    body.release();
    assertThat(budget.left()).isEqualTo(LIMITS.maxBytesInFlight());
    read(compressed);
    assertThat(budget.left())
        .isLessThanOrEqualTo(LIMITS.maxBytesInFlight() - 400_000 + RequestBody.FIRST_BYTES);
    body.release();
    assertThat(budget.left()).isEqualTo(LIMITS.maxBytesInFlight());
  }
}

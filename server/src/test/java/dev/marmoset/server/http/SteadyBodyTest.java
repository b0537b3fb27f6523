package dev.marmoset.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Slow senders are waited for, trickling ones are not. Time passes with every read.
class SteadyBodyTest {
  private static final long SECOND = 1_000_000_000L;

  private long now;
  private long step;

  private SteadyBody body(int bytes) {
    return new SteadyBody(new ByteArrayInputStream(new byte[bytes]) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        now += step;
        return super.read(target, offset, length);
      }
    }, () -> now);
  }

  @Test
  void smallBodyMayTakeTheGrace() throws IOException {
    step = SECOND;
    try (var body = body(8)) {
      for (int i = 0; i < 8; i++) {
        assertThat(body.read()).isZero();
      }
      assertThat(body.read()).isNegative();
    }
  }

  @Test
  void trickleIsGivenUp() throws IOException {
    step = 5 * SECOND;
    try (var body = body(100)) {
      assertThat(body.read()).isZero();
      assertThat(body.read()).isZero();
      assertThatThrownBy(body::read).isInstanceOf(IOException.class)
          .hasMessageContaining("slower than 1024 bytes per second");
    }
  }

  @Test
  void largeBodyAtTheLeastRateIsRead() throws IOException {
    step = SECOND;
    try (var body = body(1 << 20)) {
      byte[] piece = new byte[1024];
      int read = 0;
      for (int n = body.read(piece, 0, 1024); n > 0; n = body.read(piece, 0, 1024)) {
        read += n;
      }
      assertThat(read).isEqualTo(1 << 20);
    }
  }
}

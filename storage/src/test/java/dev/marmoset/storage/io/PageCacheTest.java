package dev.marmoset.storage.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageCacheTest {
  @Test
  void answersWhatTheFileHolds() throws IOException {
    byte[] bytes = new byte[5 * PageCache.PAGE_BYTES + 77];
    var random = new Random(1);
    random.nextBytes(bytes);
    ReadFile cached = new PageCache(2 * PageCache.PAGE_BYTES).cached(new ArrayFile(bytes));
    for (int i = 0; i < 2000; i++) {
      int offset = random.nextInt(bytes.length + 10);
      byte[] target = new byte[random.nextInt(3 * PageCache.PAGE_BYTES)];
      int n = cached.readUpTo(offset, target, 0, target.length);
      int expected = Math.clamp(bytes.length - offset, 0, target.length);
      assertThat(n).isEqualTo(expected);
      assertThat(Arrays.equals(target, 0, n, bytes, Math.min(offset, bytes.length),
          Math.min(offset, bytes.length) + n)).isTrue();
    }
  }

  @Test
  void readsAPageOnceWhileItIsInUse() throws IOException {
    var file = new ArrayFile(new byte[3 * PageCache.PAGE_BYTES]);
    var cache = new PageCache(2 * PageCache.PAGE_BYTES);
    ReadFile cached = cache.cached(file);
    for (int i = 0; i < 10; i++) {
      assertThat(cached.read(i, new byte[1], 0, 1)).isEqualTo(1);
    }
    assertThat(file.reads).isEqualTo(1);
    assertThat(cached.read(PageCache.PAGE_BYTES, new byte[1], 0, 1)).isEqualTo(1);
    assertThat(cached.read(2L * PageCache.PAGE_BYTES, new byte[1], 0, 1)).isEqualTo(1);
    assertThat(file.reads).isEqualTo(3);
    assertThat(cache.bytes()).isEqualTo(2L * PageCache.PAGE_BYTES);
    assertThat(cached.read(0, new byte[1], 0, 1)).isEqualTo(1);
    assertThat(file.reads).isEqualTo(4);
  }

  @Test
  void dropsThePagesOfAClosedFile() throws IOException {
    var cache = new PageCache(1 << 20);
    ReadFile one = cache.cached(new ArrayFile(new byte[10]));
    ReadFile other = cache.cached(new ArrayFile(new byte[10]));
    assertThat(one.read(0, new byte[1], 0, 1)).isEqualTo(1);
    assertThat(other.read(0, new byte[1], 0, 1)).isEqualTo(1);
    one.close();
    assertThat(cache.bytes()).isEqualTo(PageCache.PAGE_BYTES);
  }

  private static final class ArrayFile implements ReadFile {
    private final byte[] bytes;
    private int reads;

    private ArrayFile(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read(long offset, byte[] target, int targetOffset, int length) {
      reads++;
      if (offset >= bytes.length) {
        return -1;
      }
      int n = (int) Math.min(length, bytes.length - offset);
      System.arraycopy(bytes, (int) offset, target, targetOffset, n);
      return n;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public void close() {}
  }
}

package dev.marmoset.storage.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps the latest used pages of files on a network file system, in a fixed number of bytes for all files together.
/// Thread-safe.
///
/// A read longer than two pages passes by: it would only push out what short reads come back for. Pages are read
/// outside the lock, so two readers may fetch the same page at once; the second copy is dropped.
public final class PageCache {
  /// Bytes of a page. A metered read of EFS costs at least 4 KiB, and the parts of an index that a selection touches lie
  /// close together.
  public static final int PAGE_BYTES = 32 * 1024;

  /// A page of a file; equal by identity of the file.
  private record Key(CachedReadFile file, long page) {}

  private final int maxPages;
  @GuardedBy("pages")
  private final Map<Key, byte[]> pages = new LinkedHashMap<>(16, 0.75f, true);

  /// An empty cache.
  ///
  /// @param maxBytes bytes of pages held at most, at least one page
  public PageCache(long maxBytes) {
    this.maxPages = Math.clamp(maxBytes / PAGE_BYTES, 1, Integer.MAX_VALUE);
  }

  /// A view of a sealed file through the cache. Closing the view closes the file and drops its pages.
  public ReadFile cached(ReadFile file) {
    return new CachedReadFile(file);
  }

  /// Bytes of pages held.
  public long bytes() {
    synchronized (pages) {
      return (long) pages.size() * PAGE_BYTES;
    }
  }

  private byte @Nullable [] find(Key key) {
    synchronized (pages) {
      return pages.get(key);
    }
  }

  private void keep(Key key, byte[] page) {
    synchronized (pages) {
      pages.put(key, page);
      Iterator<Key> oldest = pages.keySet().iterator();
      while (pages.size() > maxPages) {
        oldest.next();
        oldest.remove();
      }
    }
  }

  private void drop(CachedReadFile file) {
    synchronized (pages) {
      pages.keySet().removeIf(key -> key.file.equals(file));
    }
  }

  private final class CachedReadFile implements ReadFile {
    private final ReadFile file;

    private CachedReadFile(ReadFile file) {
      this.file = file;
    }

    @Override
    public int read(long offset, byte[] target, int targetOffset, int length) throws IOException {
      if (length > 2 * PAGE_BYTES) {
        return file.read(offset, target, targetOffset, length);
      }
      byte[] page = page(offset / PAGE_BYTES);
      int from = (int) (offset % PAGE_BYTES);
      if (from >= page.length) {
        return -1;
      }
      int n = Math.min(length, page.length - from);
      System.arraycopy(page, from, target, targetOffset, n);
      return n;
    }

    /// The page, shorter at the end of the file and empty behind it.
    private byte[] page(long number) throws IOException {
      var key = new Key(this, number);
      byte[] page = find(key);
      if (page == null) {
        page = new byte[PAGE_BYTES];
        int n = file.readUpTo(number * PAGE_BYTES, page, 0, PAGE_BYTES);
        page = n == PAGE_BYTES ? page : Arrays.copyOf(page, n);
        keep(key, page);
      }
      return page;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void close() throws IOException {
      drop(this);
      file.close();
    }
  }
}

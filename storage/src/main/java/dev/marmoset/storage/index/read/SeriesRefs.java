package dev.marmoset.storage.index.read;

import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// Selected series of an index, ascending by ref and therefore by labels. Immutable.
public final class SeriesRefs {
  private final RoaringBitmap refs;

  /// @param refs passes to the new object
  SeriesRefs(RoaringBitmap refs) {
    this.refs = refs;
  }

  /// Number of series.
  public int size() {
    return refs.getCardinality();
  }

  /// Walks the refs.
  public Cursor cursor() {
    return new Cursor(refs.getIntIterator());
  }

  /// A walk over refs. Confined to one thread.
  public static final class Cursor {
    private final PeekableIntIterator refs;

    private Cursor(PeekableIntIterator refs) {
      this.refs = refs;
    }

    /// Whether [#next] has another ref.
    public boolean hasNext() {
      return refs.hasNext();
    }

    /// The next ref: an unsigned number of 32 bits.
    public long next() {
      return Integer.toUnsignedLong(refs.next());
    }
  }
}

package dev.marmoset.storage.index.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.ValuePattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Evaluates matchers over the postings of an index. Thread-safe.
///
/// A matcher that accepts the empty value excludes the series whose value it does not accept; every other one selects
/// the series whose value it accepts. Literals are looked up, prefixes bound the values that are tried.
final class PostingsReader {
  private static final String WHAT = "postings list of the index";
  private static final int LIST_BYTES = 16 * 1024;
  private static final byte[] NONE = {};

  private final SealedFile file;
  private final IndexToc toc;
  private final PostingsTable table;

  PostingsReader(SealedFile file, IndexToc toc, PostingsTable table) {
    this.file = file;
    this.toc = toc;
    this.table = table;
  }

  /// Refs of the series that satisfy every matcher.
  RoaringBitmap select(List<Matcher> matchers) throws IOException {
    var excluding = new ArrayList<Matcher>();
    RoaringBitmap selected = null;
    for (Matcher matcher : matchers) {
      if (matcher.matchesEmpty()) {
        excluding.add(matcher);
      } else {
        selected = narrowed(selected, union(matcher, true));
        if (selected.isEmpty()) {
          return selected;
        }
      }
    }
    if (selected == null) {
      selected = all();
    }
    for (Matcher matcher : excluding) {
      selected.andNot(union(matcher, false));
    }
    return selected;
  }

  /// Refs of all series.
  RoaringBitmap all() throws IOException {
    long list = table.list(NONE, NONE);
    return list < 0 ? new RoaringBitmap() : list(list);
  }

  private static RoaringBitmap narrowed(@Nullable RoaringBitmap selected, RoaringBitmap matching) {
    if (selected == null) {
      return matching;
    }
    selected.and(matching);
    return selected;
  }

  /// Union of the lists of values that satisfy the matcher (`wanted`), or do not (`!wanted`).
  private RoaringBitmap union(Matcher matcher, boolean wanted) throws IOException {
    byte[] name = matcher.name().getBytes(UTF_8);
    return switch (matcher) {
      case Matcher.Equal equal when wanted -> literals(name, List.of(equal.value()));
      case Matcher.NotEqual notEqual when !wanted -> literals(name, List.of(notEqual.value()));
      case Matcher.Regex regex when wanted -> pattern(name, regex.pattern());
      case Matcher.NotRegex notRegex when !wanted -> pattern(name, notRegex.pattern());
      case Matcher.Equal _,Matcher.NotEqual _,Matcher.Regex _,Matcher.NotRegex _ ->
        tried(name, matcher, wanted);
    };
  }

  private RoaringBitmap literals(byte[] name, List<String> values) throws IOException {
    var union = new RoaringBitmap();
    for (String value : values) {
      long list = table.list(name, value.getBytes(UTF_8));
      if (list >= 0) {
        union = united(union, list(list));
      }
    }
    return union;
  }

  private RoaringBitmap pattern(byte[] name, ValuePattern pattern) throws IOException {
    if (!pattern.literals().isEmpty()) {
      return literals(name, pattern.literals());
    }
    var union = new RoaringBitmap();
    byte[] prefix = pattern.prefix().getBytes(UTF_8);
    var values = table.values(name, prefix);
    while (values.next() && startsWith(values.value(), prefix)) {
      if (pattern.matches(text(values.value()))) {
        union = united(union, list(values.list()));
      }
    }
    return union;
  }

  private RoaringBitmap tried(byte[] name, Matcher matcher, boolean wanted) throws IOException {
    var union = new RoaringBitmap();
    var values = table.values(name, NONE);
    while (values.next()) {
      if (matcher.matches(text(values.value())) == wanted) {
        union = united(union, list(values.list()));
      }
    }
    return union;
  }

  private static RoaringBitmap united(RoaringBitmap union, RoaringBitmap list) {
    if (union.isEmpty()) {
      return list;
    }
    union.or(list);
    return union;
  }

  /// Reads the list at an offset: checks length, checksum, order and that the refs point into the series section.
  RoaringBitmap list(long offset) throws IOException {
    var cursor = new FileCursor(file, LIST_BYTES).move(offset, toc.table(), WHAT);
    long length = Integer.toUnsignedLong(cursor.u32());
    if (length < Integer.BYTES || length > cursor.remaining() - IndexFormat.CRC_BYTES) {
      throw cursor.corrupt("a length within " + cursor.remaining() + " bytes", Long.toString(length));
    }
    long start = cursor.position();
    cursor.skipChecked(length);
    cursor.move(start, start + length, WHAT);
    long count = Integer.toUnsignedLong(cursor.u32());
    if (count * Integer.BYTES != length - Integer.BYTES) {
      throw cursor.corrupt((length - Integer.BYTES) / Integer.BYTES + " refs", Long.toString(count));
    }
    return refs(cursor, count);
  }

  private RoaringBitmap refs(FileCursor cursor, long count) throws IOException {
    RoaringBitmapWriter<RoaringBitmap> writer = RoaringBitmapWriter.writer().get();
    long lowest = toc.series() / IndexFormat.SERIES_ALIGNMENT;
    long highest = toc.seriesEnd() / IndexFormat.SERIES_ALIGNMENT;
    long previous = -1;
    for (long i = 0; i < count; i++) {
      int bits = cursor.u32();
      long ref = Integer.toUnsignedLong(bits);
      if (ref <= previous || ref < lowest || ref > highest) {
        throw cursor.corrupt("ascending series refs from " + lowest + " to " + highest,
            ref + " after " + previous);
      }
      writer.add(bits);
      previous = ref;
    }
    return writer.get();
  }

  private static boolean startsWith(byte[] value, byte[] prefix) {
    return value.length >= prefix.length && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String text(byte[] value) {
    return new String(value, UTF_8);
  }
}

package dev.marmoset.storage.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.labels.Matcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.FastAggregation;
import org.roaringbitmap.RoaringBitmap;

/// Postings of the head: for every label pair the ascending ids of the series that carry it.
///
/// A list of up to [#SMALL] ids is a bare `int[]`, in no order: a label whose value is unique per series would otherwise
/// pay for a whole bitmap per series. A pair without series, and a name or value without pairs, is forgotten: it owns the
/// symbols that it is told, and removes them. Not thread-safe: guarded by the head's lock.
public final class MemPostings {
  /// Longest list kept as `int[]`. Up to here it is smaller than a RoaringBitmap with one container (about 100 B).
  private static final int SMALL = 16;
  /// Longest list that goes back from a bitmap to an `int[]`: half, so that one id does not move it to and fro.
  private static final int SMALL_AGAIN = SMALL / 2;
  /// The list of a number that no pair has.
  private static final int[] NO_PAIR = {0};
  /// Series are few when a label has so many times more values.
  private static final int FEW = 8;

  private final SymbolTable symbols;
  private final PairTable pairs = new PairTable();
  /// Per pair an `int[]` (first element: how many ids follow) or a [RoaringBitmap].
  private Object[] lists = new Object[1024];
  /// Per pair its value symbol.
  private int[] valueOfPair = new int[1024];
  /// Per pair its place among the pairs of its name.
  private int[] placeOfPair = new int[1024];
  /// Per name symbol the pairs with that name; `null` where the symbol is not a name.
  private @Nullable NamedPairs[] pairsOfName = new NamedPairs[64];
  /// Per symbol how many pairs have it as their name or value.
  private int[] uses = new int[1024];
  /// 0 is that of a name without pairs.
  private long generations = 1;
  private final RoaringBitmap all = new RoaringBitmap();
  private final MatchedPairs matched = new MatchedPairs();

  /// Postings over the symbols of one head, which nobody else removes.
  public MemPostings(SymbolTable symbols) {
    this.symbols = symbols;
  }

  /// Starts the postings of a series: it is in the list of all series from now on.
  public void addSeries(int id) {
    all.add(id);
  }

  /// Adds a series to the list of one label pair.
  public void addPair(int name, int value, int id) {
    int before = pairs.size();
    int pair = pairs.findOrAdd(name, value);
    if (pairs.size() > before) {
      newPair(name, value, pair);
    }
    lists[pair] = withId(lists[pair], id);
  }

  /// Ends the postings of a series: it is not in the list of all series any more.
  public void removeSeries(int id) {
    all.remove(id);
  }

  /// Removes a series from the list of one label pair, in which it is. A pair without series goes, and with it the
  /// symbols that no other pair has.
  public void removePair(int name, int value, int id) {
    int pair = pairs.find(name, value);
    lists[pair] = withoutId(lists[pair], id);
    if (lists[pair] == NO_PAIR) {
      endPair(name, value, pair);
    }
  }

  /// Ids of the series that satisfy every matcher, in a new bitmap that belongs to the caller.
  public RoaringBitmap select(List<Matcher> matchers) {
    RoaringBitmap selected = all;
    for (Matcher matcher : cheapestFirst(matchers)) {
      if (matcher.matchesEmpty()) {
        selected = RoaringBitmap.andNot(selected, union(matcher, false, selected));
      } else {
        RoaringBitmap matching = union(matcher, true, selected);
        selected = selected == all ? matching : RoaringBitmap.and(selected, matching);
      }
      if (selected.isEmpty()) {
        return selected;
      }
    }
    return selected == all ? all.clone() : selected;
  }

  /// Those that name their values come first; an expression then has to look only at what they have left.
  private static List<Matcher> cheapestFirst(List<Matcher> matchers) {
    var ordered = new ArrayList<Matcher>(matchers.size());
    for (Matcher matcher : matchers) {
      if (!matcher.matchesEmpty() && !literals(matcher, true).isEmpty()) {
        ordered.add(matcher);
      }
    }
    for (Matcher matcher : matchers) {
      if (matcher.matchesEmpty() || literals(matcher, true).isEmpty()) {
        ordered.add(matcher);
      }
    }
    return ordered;
  }

  /// Values of label `name` that at least one of the series `ids` carries, in no particular order, as shared UTF-8.
  public List<byte[]> values(String name, RoaringBitmap ids) {
    var values = new ArrayList<byte[]>();
    for (int pair : pairsOf(name)) {
      if (intersects(pair, ids)) {
        values.add(symbols.bytes(valueOfPair[pair]));
      }
    }
    return values;
  }

  /// Names of labels that at least one of the series `ids` carries, in no particular order, as shared UTF-8.
  public List<byte[]> names(RoaringBitmap ids) {
    var names = new ArrayList<byte[]>();
    for (int name = 0; name < pairsOfName.length; name++) {
      NamedPairs list = pairsOfName[name];
      if (list != null && Arrays.stream(list.toArray()).anyMatch(pair -> intersects(pair, ids))) {
        names.add(symbols.bytes(name));
      }
    }
    return names;
  }

  /// Number of label pairs.
  public int pairCount() {
    return pairs.size();
  }

  /// Bytes of memory that the postings take, estimated.
  public long memoryBytes() {
    long sum = pairs.memoryBytes() + 12L * lists.length + 4L * uses.length + all.getLongSizeInBytes()
        + matched.memoryBytes();
    for (int pair = 0; pair < pairs.end(); pair++) {
      sum += lists[pair] instanceof RoaringBitmap bitmap ? bitmap.getLongSizeInBytes() + 48
          : 16 + 4L * ((int[]) lists[pair]).length;
    }
    return sum;
  }

  /// Union of the lists whose value satisfies the matcher (`wanted`), or does not (`!wanted`); lists that have nothing in
  /// common with `within` may be left out.
  private RoaringBitmap union(Matcher matcher, boolean wanted, RoaringBitmap within) {
    List<String> literals = literals(matcher, wanted);
    if (literals.isEmpty()) {
      return union(tried(matcher, wanted, within));
    }
    int name = symbols.find(matcher.name().getBytes(UTF_8));
    return union(literals.stream().mapToInt(literal -> {
      int value = symbols.find(literal.getBytes(UTF_8));
      return name < 0 || value < 0 ? -1 : pairs.find(name, value);
    }).filter(pair -> pair >= 0).toArray());
  }

  /// Union of lists, in a new bitmap. Bitmaps are united all at once: one after the other each would be counted anew.
  private RoaringBitmap union(int[] united) {
    RoaringBitmap union = FastAggregation.or(
        Arrays.stream(united).mapToObj(pair -> lists[pair]).filter(RoaringBitmap.class::isInstance)
            .map(RoaringBitmap.class::cast).iterator());
    for (int pair : united) {
      if (lists[pair] instanceof int[] small) {
        for (int i = 1; i <= small[0]; i++) {
          union.add(small[i]);
        }
      }
    }
    return union;
  }

  /// Pairs of the matcher's label with a value that satisfies it (`wanted`), or does not.
  ///
  /// Whether a list has anything in common with a few series is found out faster than whether an expression matches its
  /// value. If that leaves too many, all values are tried once and the outcome is remembered.
  private int[] tried(Matcher matcher, boolean wanted, RoaringBitmap within) {
    int[] candidates = pairsOf(matcher.name());
    IntPredicate satisfies = pair -> matcher.matches(text(valueOfPair[pair])) == wanted;
    String regex = switch (matcher) {
      case Matcher.Regex expression -> expression.pattern().text();
      case Matcher.NotRegex expression -> expression.pattern().text();
      case Matcher.Equal _,Matcher.NotEqual _ -> "";
    };
    boolean matches = matcher instanceof Matcher.Regex == wanted;
    boolean few = within != all && FEW * within.getLongCardinality() < candidates.length;
    var question = new MatchedPairs.Question(matcher.name(), generation(matcher.name()), regex, matches);
    if (regex.isEmpty() || few && !matched.knows(question, candidates.length)) {
      return Arrays.stream(candidates).filter(pair -> !few || intersects(pair, within)).filter(satisfies)
          .toArray();
    }
    return matched.of(question, candidates, satisfies);
  }

  /// The values to look up directly, when the matcher names them; empty when all values have to be tried.
  private static List<String> literals(Matcher matcher, boolean wanted) {
    return switch (matcher) {
      case Matcher.Equal equal -> wanted ? List.of(equal.value()) : List.of();
      case Matcher.NotEqual notEqual -> wanted ? List.of() : List.of(notEqual.value());
      case Matcher.Regex regex -> wanted ? regex.pattern().literals() : List.of();
      case Matcher.NotRegex notRegex -> wanted ? List.of() : notRegex.pattern().literals();
    };
  }

  private void newPair(int name, int value, int pair) {
    if (pair >= lists.length) {
      lists = Arrays.copyOf(lists, pair * 2);
      valueOfPair = Arrays.copyOf(valueOfPair, pair * 2);
      placeOfPair = Arrays.copyOf(placeOfPair, pair * 2);
    }
    lists[pair] = new int[2];
    valueOfPair[pair] = value;
    use(name);
    use(value);
    if (name >= pairsOfName.length) {
      pairsOfName = Arrays.copyOf(pairsOfName, Math.max(name + 1, pairsOfName.length * 2));
    }
    NamedPairs list = pairsOfName[name];
    if (list == null) {
      list = new NamedPairs(generations++);
      pairsOfName[name] = list;
    }
    placeOfPair[pair] = list.add(pair);
  }

  private void endPair(int name, int value, int pair) {
    pairs.remove(name, value);
    NamedPairs list = Objects.requireNonNull(pairsOfName[name]);
    int moved = list.remove(placeOfPair[pair], generations++);
    placeOfPair[moved] = placeOfPair[pair];
    if (list.size == 0) {
      pairsOfName[name] = null;
    }
    release(name);
    release(value);
  }

  private void use(int symbol) {
    if (symbol >= uses.length) {
      uses = Arrays.copyOf(uses, Math.max(symbol + 1, uses.length * 2));
    }
    uses[symbol]++;
  }

  private void release(int symbol) {
    if (--uses[symbol] == 0) {
      symbols.remove(symbol);
    }
  }

  private static Object withId(Object list, int id) {
    if (list instanceof RoaringBitmap bitmap) {
      bitmap.add(id);
      return bitmap;
    }
    int[] small = (int[]) list;
    int count = small[0];
    if (count == SMALL) {
      RoaringBitmap bitmap = RoaringBitmap.bitmapOf(Arrays.copyOfRange(small, 1, count + 1));
      bitmap.add(id);
      return bitmap;
    }
    if (count + 1 == small.length) {
      small = Arrays.copyOf(small, Math.min(SMALL + 1, 1 + count * 2));
    }
    small[++count] = id;
    small[0] = count;
    return small;
  }

  /// What is left of a list, [#NO_PAIR] when nothing is.
  private static Object withoutId(Object list, int id) {
    if (list instanceof RoaringBitmap bitmap) {
      bitmap.remove(id);
      if (bitmap.cardinalityExceeds(SMALL_AGAIN)) {
        return bitmap;
      }
      int[] left = bitmap.toArray();
      int[] small = new int[left.length + 1];
      small[0] = left.length;
      System.arraycopy(left, 0, small, 1, left.length);
      return small;
    }
    int[] small = (int[]) list;
    int last = small[0];
    for (int i = 1; i <= last; i++) {
      if (small[i] == id) {
        small[i] = small[last];
        small[0] = last - 1;
      }
    }
    return small[0] == 0 ? NO_PAIR : small;
  }

  private boolean intersects(int pair, RoaringBitmap ids) {
    if (lists[pair] instanceof RoaringBitmap bitmap) {
      return RoaringBitmap.intersects(bitmap, ids);
    }
    int[] small = (int[]) lists[pair];
    for (int i = 1; i <= small[0]; i++) {
      if (ids.contains(small[i])) {
        return true;
      }
    }
    return false;
  }

  private int[] pairsOf(String name) {
    NamedPairs list = named(name);
    return list == null ? new int[0] : list.toArray();
  }

  private long generation(String name) {
    NamedPairs list = named(name);
    return list == null ? 0 : list.generation;
  }

  private @Nullable NamedPairs named(String name) {
    int symbol = symbols.find(name.getBytes(UTF_8));
    return symbol < 0 || symbol >= pairsOfName.length ? null : pairsOfName[symbol];
  }

  private String text(int symbol) {
    return new String(symbols.bytes(symbol), UTF_8);
  }

  /// The pairs of one name, in the order of their creation until one of them goes.
  private static final class NamedPairs {
    private int[] elements = new int[2];
    private int size;
    private long generation;

    NamedPairs(long generation) {
      this.generation = generation;
    }

    /// Adds a pair; answers its place.
    int add(int pair) {
      if (size == elements.length) {
        elements = Arrays.copyOf(elements, size * 2);
      }
      elements[size] = pair;
      return size++;
    }

    /// Removes the pair at a place; answers the last one, which has taken it.
    int remove(int place, long newGeneration) {
      generation = newGeneration;
      int last = elements[--size];
      elements[place] = last;
      if (size >= SMALL && size < elements.length / 4) {
        elements = Arrays.copyOf(elements, elements.length / 2);
      }
      return last;
    }

    int[] toArray() {
      return Arrays.copyOf(elements, size);
    }
  }
}

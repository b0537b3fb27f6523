package dev.marmoset.storage.objstore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/// A bucket in memory that misbehaves where it is told to.
///
/// Every operation has a number from 0 on, in [#operations]. A [Fault] may refuse one, lose its answer, or do something
/// in between, as another process would.
public final class InMemoryObjectStore implements ObjectStore {
  private final TreeMap<String, byte[]> objects = new TreeMap<>();
  private final List<String> operations = Collections.synchronizedList(new ArrayList<>());
  private final List<Runnable> late = new ArrayList<>();
  private int pageEntries = PAGE;
  private boolean conditional = true;
  private Fault fault = (_, _) -> Effect.NONE;

  /// What happens to an operation.
  public enum Effect {
    /// Nothing special.
    NONE,
    /// It is refused with 503 and not done.
    REFUSED,
    /// It is done, but the answer gets lost.
    ANSWER_LOST,
    /// A put is on its way when its sender gives up, and lands at [#landLate].
    LATE,
    /// A conditional put meets another one: 409.
    RACED
  }

  /// Decides what happens.
  public interface Fault {
    /// Called before the operation.
    ///
    /// @param number    of the operation, from 0
    /// @param operation kind and key
    Effect on(int number, String operation);
  }

  /// Lets this decide about every operation from now on.
  public void fault(Fault newFault) {
    fault = newFault;
  }

  /// Ignores conditions from now on, as some stores do.
  public InMemoryObjectStore withoutConditions() {
    conditional = false;
    return this;
  }

  /// Lists so many entries at a time.
  InMemoryObjectStore withPages(int entries) {
    pageEntries = entries;
    return this;
  }

  /// The operations so far, as `kind key`.
  public List<String> operations() {
    return operations;
  }

  /// The objects, by key.
  public synchronized TreeMap<String, byte[]> objects() {
    return new TreeMap<>(objects);
  }

  /// Replaces or makes an object, as somebody else would.
  public synchronized void place(String key, byte[] content) {
    objects.put(key, content);
  }

  /// Removes an object, as somebody else would.
  public synchronized void remove(String key) {
    objects.remove(key);
  }

  private Effect begin(String kind, String key) throws ObjectStoreException {
    String operation = kind + " " + key;
    int number;
    synchronized (operations) {
      number = operations.size();
      operations.add(operation);
    }
    Effect effect = fault.on(number, operation);
    if (effect == Effect.REFUSED) {
      throw new ObjectStoreException(kind, key, 503, "SlowDown", null);
    }
    return effect;
  }

  private static void end(Effect effect, String kind, String key) throws ObjectStoreException {
    if (effect == Effect.ANSWER_LOST) {
      throw new ObjectStoreException(kind, key, 0, "connection reset", null);
    }
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Optional<InputStream> read(String key) throws ObjectStoreException {
    Effect effect = begin("get", key);
    end(effect, "get", key);
    synchronized (this) {
      return Optional.ofNullable(objects.get(key)).map(ByteArrayInputStream::new);
    }
  }

  @Override
  public OptionalLong size(String key) throws ObjectStoreException {
    end(begin("head", key), "head", key);
    synchronized (this) {
      byte[] found = objects.get(key);
      return found == null ? OptionalLong.empty() : OptionalLong.of(found.length);
    }
  }

  @Override
  public ObjectPage list(ObjectQuery query) throws ObjectStoreException {
    end(begin("list", query.prefix()), "list", query.prefix());
    var entries = new TreeSet<String>();
    synchronized (this) {
      for (String key : objects.keySet()) {
        if (key.startsWith(query.prefix()) && key.compareTo(query.after()) > 0) {
          int slash = key.indexOf('/', query.prefix().length());
          boolean rolled = query.depth() == ObjectQuery.Depth.ONE_LEVEL && slash >= 0;
          entries.add(rolled ? key.substring(0, slash + 1) : key);
        }
      }
      return page(query, entries);
    }
  }

  private synchronized ObjectPage page(ObjectQuery query, TreeSet<String> entries) {
    var rest = new ArrayList<>(query.token().isEmpty() ? entries : entries.tailSet(query.token(), false));
    var page = rest.subList(0, Math.min(pageEntries, rest.size()));
    return new ObjectPage(
        page.stream().filter(key -> !key.endsWith("/"))
            .map(key -> new ObjectInfo(key, objects.getOrDefault(key, new byte[0]).length)).toList(),
        page.stream().filter(key -> key.endsWith("/")).toList(),
        rest.size() > pageEntries ? Optional.of(query.from(page.getLast())) : Optional.empty());
  }

  @Override
  public PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate gate)
      throws IOException {
    Effect effect = begin("put", key);
    if (effect == Effect.RACED && condition == Condition.ABSENT) {
      return PutOutcome.RACED;
    }
    byte[] bytes;
    try (InputStream in = content.open(0, content.bytes())) {
      bytes = in.readAllBytes();
    }
    if (effect == Effect.LATE) {
      late.add(() -> store(key, bytes, condition));
      throw new ObjectStoreException("put", key, 0, "timeout", null);
    }
    PutOutcome outcome = store(key, bytes, condition);
    end(effect, "put", key);
    return outcome;
  }

  private synchronized PutOutcome store(String key, byte[] bytes, Condition condition) {
    if (condition == Condition.ABSENT && conditional && objects.containsKey(key)) {
      return PutOutcome.EXISTS;
    }
    objects.put(key, bytes);
    return PutOutcome.STORED;
  }

  /// Lets what is on its way land.
  public void landLate() {
    late.forEach(Runnable::run);
    late.clear();
  }

  @Override
  public void delete(String key) throws ObjectStoreException {
    Effect effect = begin("delete", key);
    synchronized (this) {
      objects.remove(key);
    }
    end(effect, "delete", key);
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}

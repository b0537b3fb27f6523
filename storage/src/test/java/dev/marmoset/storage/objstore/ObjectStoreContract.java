package dev.marmoset.storage.objstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.objstore.ObjectQuery.Depth;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStore.RequestGate;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every bucket does. Each test sees an empty one, which lists [#PAGE] entries at a time.
interface ObjectStoreContract {
  int PAGE = 10;

  ObjectStore store() throws IOException;

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  default void answersWhatWasPut() throws IOException {
    ObjectStore store = store();
    assertThat(store.put("a/b c+ü", bytes("one"), Condition.NONE)).isEqualTo(PutOutcome.STORED);
    assertThat(store.get("a/b c+ü", 3)).hasValue(bytes("one"));
    assertThat(store.size("a/b c+ü")).hasValue(3);
    assertThat(store.put("a/b c+ü", bytes("two!"), Condition.NONE)).isEqualTo(PutOutcome.STORED);
    assertThat(store.get("a/b c+ü", 10)).hasValue(bytes("two!"));
  }

  @Test
  default void answersThatThereIsNone() throws IOException {
    ObjectStore store = store();
    assertThat(store.get("nothing/here", 10)).isEmpty();
    assertThat(store.size("nothing/here")).isEmpty();
    store.put("dir/file", bytes("x"), Condition.NONE);
    assertThat(store.get("dir", 10)).isEmpty();
    assertThat(store.size("dir")).isEmpty();
    store.delete("nothing/here");
  }

  @Test
  default void doesNotReadMoreThanAsked() throws IOException {
    ObjectStore store = store();
    store.put("k", bytes("four"), Condition.NONE);
    assertThatThrownBy(() -> store.get("k", 3)).isInstanceOf(ObjectStoreException.class)
        .hasMessage("get of \"k\" in the bucket: no usable answer, the object has more than 3 bytes");
  }

  @Test
  default void keepsWhatWasThereFirst() throws IOException {
    ObjectStore store = store();
    assertThat(store.put("k", bytes("first"), Condition.ABSENT)).isEqualTo(PutOutcome.STORED);
    assertThat(store.put("k", bytes("second"), Condition.ABSENT)).isEqualTo(PutOutcome.EXISTS);
    assertThat(store.get("k", 10)).hasValue(bytes("first"));
  }

  @Test
  default void takesEmptyObjects() throws IOException {
    ObjectStore store = store();
    store.put("empty", new byte[0], Condition.ABSENT);
    assertThat(store.get("empty", 0)).hasValue(new byte[0]);
  }

  @Test
  default void forgetsWhatWasDeleted() throws IOException {
    ObjectStore store = store();
    store.put("a/b/c", bytes("x"), Condition.NONE);
    store.delete("a/b/c");
    store.delete("a/b/c");
    assertThat(store.get("a/b/c", 10)).isEmpty();
    assertThat(store.list(ObjectQuery.of("", Depth.ONE_LEVEL)).prefixes()).doesNotContain("a/");
  }

  @Test
  default void listsOneLevel() throws IOException {
    ObjectStore store = store();
    for (String key : List.of("01A/meta.json", "01A/chunks/1", "01B/index", "x", "01A-")) {
      store.put(key, bytes(key), Condition.NONE);
    }
    ObjectPage top = store.list(ObjectQuery.of("", Depth.ONE_LEVEL));
    assertThat(top.objects()).containsExactly(new ObjectInfo("01A-", 4), new ObjectInfo("x", 1));
    assertThat(top.prefixes()).containsExactly("01A/", "01B/");
    assertThat(top.next()).isEmpty();
    assertThat(store.list(ObjectQuery.of("", Depth.ONE_LEVEL).after("01A0")).prefixes())
        .containsExactly("01B/");
    ObjectPage one = store.list(ObjectQuery.of("01A/", Depth.ONE_LEVEL));
    assertThat(one.prefixes()).containsExactly("01A/chunks/");
    assertThat(one.objects()).containsExactly(new ObjectInfo("01A/meta.json", 13));
  }

  @Test
  default void listsAllLevels() throws IOException {
    ObjectStore store = store();
    for (String key : List.of("a/1", "a/b/2", "a/b/c/3", "ab/4", "b")) {
      store.put(key, bytes(key), Condition.NONE);
    }
    assertThat(keys(store, ObjectQuery.of("a/", Depth.ALL))).containsExactly("a/1", "a/b/2", "a/b/c/3");
    assertThat(keys(store, ObjectQuery.of("a", Depth.ALL)))
        .containsExactly("a/1", "a/b/2", "a/b/c/3", "ab/4");
    assertThat(keys(store, ObjectQuery.of("none/", Depth.ALL))).isEmpty();
  }

  @Test
  default void listsInPages() throws IOException {
    ObjectStore store = store();
    var expected = new ArrayList<String>();
    var directories = new ArrayList<String>();
    for (int i = 0; i < 2 * PAGE + 5; i++) {
      String key = "p/%05d/x".formatted(i);
      store.put(key, bytes("x"), Condition.NONE);
      expected.add(key);
      directories.add("p/%05d/".formatted(i));
    }
    assertThat(keys(store, ObjectQuery.of("p/", Depth.ALL))).isEqualTo(expected);
    assertThat(keys(store, ObjectQuery.of("p/", Depth.ONE_LEVEL))).isEqualTo(directories);
  }

  /// Objects and prefixes of all pages.
  private static List<String> keys(ObjectStore store, ObjectQuery first) throws IOException {
    var keys = new ArrayList<String>();
    var query = Optional.of(first);
    while (query.isPresent()) {
      ObjectPage page = store.list(query.get());
      assertThat(page.objects().size() + page.prefixes().size()).isLessThanOrEqualTo(PAGE);
      page.objects().forEach(object -> keys.add(object.key()));
      keys.addAll(page.prefixes());
      query = page.next();
    }
    return keys;
  }

  @Test
  default void takesLargeObjects() throws IOException {
    ObjectStore store = store();
    byte[] large = new byte[12 << 20];
    new Random(1).nextBytes(large);
    assertThat(store.put("large", ObjectContent.of(large), Condition.ABSENT, RequestGate.OPEN))
        .isEqualTo(PutOutcome.STORED);
    assertThat(store.size("large")).hasValue(large.length);
    assertThat(store.get("large", large.length)).hasValue(large);
    assertThat(store.put("large", ObjectContent.of(large), Condition.ABSENT, RequestGate.OPEN))
        .isEqualTo(PutOutcome.EXISTS);
  }

  @Test
  default void keepsNothingOfWhatCannotBeRead() throws IOException {
    ObjectStore store = store();
    for (int size : new int[] {1000, 7 << 20}) {
      var broken = new ObjectContent() {
        @Override
        public long bytes() {
          return size;
        }

        @Override
        public InputStream open(long offset, long length) {
          return new InputStream() {
            private long at = offset;

            @Override
            public int read() throws IOException {
              if (at == size - 1) {
                throw new IOException("the disk is broken");
              }
              return at++ < offset + length ? 7 : -1;
            }
          };
        }
      };
      assertThatThrownBy(() -> store.put("broken", broken, Condition.NONE, RequestGate.OPEN))
          .isInstanceOf(IOException.class).isNotInstanceOf(ObjectStoreException.class)
          .hasMessageContaining("the disk is broken");
      assertThat(store.size("broken")).isEmpty();
    }
  }
}

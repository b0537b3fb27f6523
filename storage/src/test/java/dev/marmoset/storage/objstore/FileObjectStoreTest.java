package dev.marmoset.storage.objstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileObjectStoreTest implements ObjectStoreContract {
  @TempDir
  Path dir;

  @Override
  public ObjectStore store() {
    return new FileObjectStore(new LocalFileSystem(), dir.resolve("bucket"), PAGE);
  }

  @Test
  void laysKeysOutAsPaths() throws IOException {
    store().put("01A/chunks/000001", new byte[5], Condition.ABSENT);
    assertThat(dir.resolve("bucket/01A/chunks/000001")).hasSize(5);
    try (var left = Files.list(dir.resolve("bucket/marmoset/tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesKeysThatLeadOut() {
    for (String key : new String[] {"../x", "a/../../x", "", "."}) {
      assertThatThrownBy(() -> store().put(key, new byte[1], Condition.NONE)).as(key)
          .isInstanceOf(IOException.class).hasMessageContaining("is no key of");
    }
  }

  @Test
  void letsOneOfManyWin() throws Exception {
    ObjectStore store = store();
    try (var threads = Executors.newFixedThreadPool(8)) {
      var puts = IntStream.range(0, 40)
          .<Callable<PutOutcome>>mapToObj(i -> () -> store.put("k", new byte[i], Condition.ABSENT)).toList();
      int stored = 0;
      for (var put : threads.invokeAll(puts)) {
        stored += put.get() == PutOutcome.STORED ? 1 : 0;
      }
      assertThat(stored).isEqualTo(1);
    }
  }
}

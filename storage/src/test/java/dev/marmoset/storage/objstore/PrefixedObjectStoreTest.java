package dev.marmoset.storage.objstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.objstore.ObjectQuery.Depth;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PrefixedObjectStoreTest implements ObjectStoreContract {
  @Override
  public ObjectStore store() {
    var whole = new InMemoryObjectStore().withPages(PAGE);
    whole.place("other/x", new byte[1]);
    whole.place("a", new byte[1]);
    return new PrefixedObjectStore(whole, "team/metrics");
  }

  @Test
  void staysBelowItsPrefix() throws IOException {
    var whole = new InMemoryObjectStore();
    var part = new PrefixedObjectStore(whole, "team/metrics");
    part.put("k", new byte[3], Condition.ABSENT);
    whole.place("team/metrics2", new byte[1]);
    assertThat(whole.objects()).containsOnlyKeys("team/metrics/k", "team/metrics2");
    assertThat(part.list(ObjectQuery.of("", Depth.ALL)).objects()).containsExactly(new ObjectInfo("k", 3));
    assertThat(part.name()).isEqualTo("memory/team/metrics");
  }
}

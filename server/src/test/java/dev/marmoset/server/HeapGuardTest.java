package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapGuardTest {
  private static final long MAX = 1000;

  private final AtomicLong live = new AtomicLong();
  private final AtomicInteger collections = new AtomicInteger();

  @Test
  void closesAboveNinetyPercentOfLiveDataAndOpensBelowEighty() {
    var guard = new HeapGuard(List.of(pool()), collections::incrementAndGet);
    assertThat(check(guard, 900)).isFalse();
    assertThat(check(guard, 901)).isTrue();
    assertThat(check(guard, 850)).isTrue();
    assertThat(check(guard, 800)).isFalse();
  }

  @Test
  void asksForACollectionWhileClosedBecauseAnIdleStoreCausesNone() {
    var guard = new HeapGuard(List.of(pool()), () -> {
      collections.incrementAndGet();
      live.set(100);
    });
    check(guard, 950);
    for (int i = 0; i < 9; i++) {
      assertThat(check(guard, 950)).isTrue();
    }
    assertThat(collections).hasValue(0);
    assertThat(check(guard, 950)).isFalse();
    assertThat(collections).hasValue(1);
  }

  private boolean check(HeapGuard guard, long liveBytes) {
    live.set(liveBytes);
    guard.check();
    return guard.overloaded();
  }

  /// A pool whose use after a collection is what the test says.
  private MemoryPoolMXBean pool() {
    return (MemoryPoolMXBean) Proxy.newProxyInstance(HeapGuardTest.class.getClassLoader(),
        new Class<?>[] {MemoryPoolMXBean.class}, (_, method, _) -> switch (method.getName()) {
          case "getType" -> MemoryType.HEAP;
          case "getUsage", "getCollectionUsage" -> new MemoryUsage(0, live.get(), MAX, MAX);
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }
}

package dev.marmoset.storage.chunk.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SpansPropertyTest {
  @Property
  void coveringCovers(@ForAll @Size(max = 50) Set<@IntRange(min = -100, max = 100) Integer> buckets) {
    int[] indexes = buckets.stream().mapToInt(i -> i).sorted().toArray();
    var spans = Spans.covering(indexes, indexes.length);
    assertThat(spans.indexes()).isEqualTo(indexes);
    assertThat(spans.bucketCount()).isEqualTo(indexes.length);
    assertThat(spans.ascends()).isTrue();
    for (int i = 1; i < spans.count(); i++) {
      assertThat(spans.offset(i)).isPositive();
    }
  }
}

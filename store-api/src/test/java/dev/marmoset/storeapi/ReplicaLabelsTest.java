package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.Labels;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// Final labels.
final class ReplicaLabelsTest {
  @Test
  void addsDropsAndOverrides() {
    var labels =
        new ReplicaLabels(new ExternalLabels(Labels.of("b", "ext", "r", "1", "z", "ext")), List.of("r", "c"));
    assertThat(labels.apply(Labels.EMPTY)).isEqualTo(Labels.of("b", "ext", "z", "ext"));
    assertThat(labels.apply(Labels.of("a", "1", "b", "stored", "c", "gone", "r", "gone", "zz", "2")))
        .isEqualTo(Labels.of("a", "1", "b", "ext", "z", "ext", "zz", "2"));
    assertThat(labels.added()).isEqualTo(Labels.of("b", "ext", "z", "ext"));
  }

  /// Against the definition: the union of two maps, the external one winning, without the dropped names.
  @Property
  void isTheUnionWithoutTheDroppedNames(@ForAll("sets") Labels stored, @ForAll("sets") Labels external,
      @ForAll("names") List<String> dropped) {
    var union = new java.util.HashMap<String, String>();
    stored.toList().forEach(label -> union.put(label.name(), label.value()));
    external.toList().forEach(label -> union.put(label.name(), label.value()));
    dropped.forEach(union::remove);
    String[] pairs =
        union.entrySet().stream().flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
            .toArray(String[]::new);
    assertThat(new ReplicaLabels(new ExternalLabels(external), dropped).apply(stored))
        .isEqualTo(Labels.of(pairs));
  }

  @Provide
  Arbitrary<List<String>> names() {
    // U+FF21 sorts before U+1D400 in UTF-8 and behind it in UTF-16.
    return Arbitraries.of("a", "b", "c", "d", "e", "\uFF21", "\uD835\uDC00").list().uniqueElements()
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<Labels> sets() {
    return names().flatMap(names -> Arbitraries.of("1", "2").list().ofSize(names.size()).map(values -> {
      String[] pairs = new String[2 * names.size()];
      for (int i = 0; i < names.size(); i++) {
        pairs[2 * i] = names.get(i);
        pairs[2 * i + 1] = values.get(i);
      }
      return Labels.of(pairs);
    }));
  }
}

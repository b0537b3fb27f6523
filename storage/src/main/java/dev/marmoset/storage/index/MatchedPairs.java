package dev.marmoset.storage.index;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/// Which label pairs an expression has been found to match: dashboards and rules ask the same ones again and again, and
/// running an expression over every value of a label is what dominates a selection.
///
/// As long as pairs of a name are only added, an entry is continued where it ended. When one goes, the name gets another
/// generation and the entries of the one before are not asked any more. The entry asked for longest ago gives way when
/// together they hold more than [#MOST_PAIRS]. Guarded by the head's lock.
final class MatchedPairs {
  /// 1 MiB.
  private static final int MOST_PAIRS = 256 << 10;

  private final Map<Question, Answer> answers = new LinkedHashMap<>(16, 0.75f, true);
  private int held;

  /// Which values of a label an expression matches, or does not.
  ///
  /// @param generation of the name's pairs: no other set of pairs has the same number
  record Question(String name, long generation, String regex, boolean wanted) {}

  private static final class Answer {
    private int checked;
    private int[] matching = new int[4];
    private int size;
  }

  /// The pairs that satisfy a predicate, in a new array.
  ///
  /// @param pairs     all pairs of the name, in the order of their creation
  /// @param predicate asked for those that are new since the last time
  int[] of(Question question, int[] pairs, IntPredicate predicate) {
    Answer answer = answers.computeIfAbsent(question, _ -> new Answer());
    held -= answer.size;
    for (; answer.checked < pairs.length; answer.checked++) {
      if (predicate.test(pairs[answer.checked])) {
        if (answer.size == answer.matching.length) {
          answer.matching = Arrays.copyOf(answer.matching, answer.size * 2);
        }
        answer.matching[answer.size++] = pairs[answer.checked];
      }
    }
    held += answer.size;
    int[] found = Arrays.copyOf(answer.matching, answer.size);
    var eldest = answers.values().iterator();
    while (held > MOST_PAIRS || answers.size() > MOST_PAIRS / 256) {
      held -= eldest.next().size;
      eldest.remove();
    }
    return found;
  }

  /// Whether nothing would have to be asked.
  boolean knows(Question question, int pairs) {
    Answer answer = answers.get(question);
    return answer != null && answer.checked == pairs;
  }

  long memoryBytes() {
    return 4L * held + 200L * answers.size();
  }
}

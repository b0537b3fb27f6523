package dev.marmoset.server.config;

import java.util.Collection;
import java.util.Optional;

/// Finds what somebody probably meant.
public final class NearestMatch {
  private NearestMatch() {}

  /// The candidate with the fewest single-character edits from `word`, if that is at most a third of its length.
  public static Optional<String> of(String word, Collection<String> candidates) {
    int best = Math.max(1, word.length() / 3) + 1;
    String nearest = "";
    for (String candidate : candidates) {
      int distance = distance(word, candidate);
      if (distance < best) {
        best = distance;
        nearest = candidate;
      }
    }
    return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
  }

  /// `; did you mean X?`, or nothing when no candidate is near.
  public static String hint(String word, Collection<String> candidates) {
    return of(word, candidates).map(near -> "; did you mean " + near + "?").orElse("");
  }

  /// Levenshtein distance over UTF-16 units, row by row.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j - 1], row[j]) + 1);
      }
    }
    return row[b.length()];
  }
}

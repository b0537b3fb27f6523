package dev.marmoset.storage.labels;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;

/// Bounds what an expression may cost before it is compiled. RE2 runs in linear time, but only of what it has compiled:
/// `((a{1,100}){1,100}){1,100}` is written in 26 characters and is a program of a million steps. Go's library refuses
/// such an expression (`regexp/syntax`, maxSize and maxHeight); RE2/J looks at each repetition alone.
///
/// The count is an estimate: one step per character outside of a class, copies for counted repetitions. Choices (`?`, `*`,
/// `+`, `|`) are counted apart, because RE2/J follows a chain of them by recursion: some 5,000 end a thread's stack.
final class PatternCost {
  /// More than any list of alternatives that fits into a query, and compiled in some ten milliseconds.
  static final int MOST_STEPS = 500_000;
  /// Of Go's library. Compiling recurses.
  static final int MOST_DEPTH = 1000;
  /// Leaves more than half of a stack of 1 MiB free.
  static final int MOST_CHOICES = 2000;

  private final String regex;
  private final ArrayDeque<Long> outside = new ArrayDeque<>();
  private long steps;
  private long choices;
  private long last;
  private long lastChoices;
  private int at;

  private PatternCost(String regex) {
    this.regex = regex;
  }

  /// @throws PatternSyntaxException if the expression is too large or nested too deeply
  static void check(String regex) {
    new PatternCost(regex).walk();
  }

  private void walk() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      switch (c) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> open();
        case ')' -> close();
        case '{' -> repetition();
        case '?', '*', '+', '|' -> choice();
        default -> atom(1);
      }
      if (choices > MOST_CHOICES) {
        throw new PatternSyntaxException("expression is too large: more than " + MOST_CHOICES
            + " repetitions and alternatives", excerpt());
      }
      if (steps > MOST_STEPS) {
        throw new PatternSyntaxException("expression is too large: more than " + MOST_STEPS + " steps",
            excerpt());
      }
    }
  }

  private void atom(long size) {
    last = size;
    lastChoices = 0;
    steps += size;
    at++;
  }

  private void choice() {
    steps++;
    choices++;
    last++;
    lastChoices++;
    at++;
  }

  /// An escaped character; a quotation up to `\E` is as long as it is.
  private void escape() {
    if (regex.startsWith("\\Q", at)) {
      int end = regex.indexOf("\\E", at);
      int length = (end < 0 ? regex.length() : end) - at;
      atom(length);
      at += length;
    } else {
      at++;
      atom(1);
    }
  }

  private void characterClass() {
    int begin = at++;
    if (at < regex.length() && regex.charAt(at) == '^') {
      at++;
    }
    at++; // a bracket in the first place is a character
    while (at < regex.length() && regex.charAt(at) != ']') {
      at += regex.charAt(at) == '\\' ? 2 : 1;
    }
    atom(1 + (at - begin) / 16);
  }

  private void open() {
    outside.push(choices);
    outside.push(steps);
    steps = 0;
    choices = 0;
    at++;
    if (outside.size() / 2 > MOST_DEPTH) {
      throw new PatternSyntaxException("expression is nested more than " + MOST_DEPTH + " deep", excerpt());
    }
  }

  private void close() {
    long inside = steps + 2;
    long chosen = choices;
    steps = outside.isEmpty() ? 0 : outside.pop();
    choices = chosen + (outside.isEmpty() ? 0 : outside.pop());
    atom(inside);
    lastChoices = chosen;
  }

  /// `{n}`, `{n,}` or `{n,m}`; anything else is literal.
  private void repetition() {
    int end = regex.indexOf('}', at);
    String[] counts = end < 0 ? new String[0] : regex.substring(at + 1, end).split(",", -1);
    long most = 0;
    for (String count : counts) {
      boolean number = count.length() <= 9 && count.chars().allMatch(digit -> digit >= '0' && digit <= '9');
      if (!number || counts.length > 2) {
        most = 0;
        break;
      }
      most = Math.max(most, count.isEmpty() ? 1 : Long.parseLong(count));
    }
    if (most == 0) {
      atom(1);
      return;
    }
    steps += last * (most - 1);
    last *= most;
    // Every copy may be left out, or at least so it is counted.
    choices += lastChoices * (most - 1) + (counts.length == 2 ? most : 0);
    lastChoices = lastChoices * most + (counts.length == 2 ? most : 0);
    at = end + 1;
  }

  private String excerpt() {
    return regex.length() <= 100 ? regex : regex.substring(0, 100) + "...";
  }
}

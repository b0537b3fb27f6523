package dev.marmoset.conformance;

/// A row of the conformance table.
///
/// @param number of the case in the list; several rows may share one
/// @param what   the input, for people
/// @param store  that it needs
/// @param script writes, checks the answers and says what must be held from then on
record Case(int number, String what, Setup store, Script script) {
  /// The stores of the table. All rows of a store share it.
  enum Setup {
    /// W = 24 h. Its window is 5 min after the restart: case 56 for all rows at once.
    DAY(24 * 60),
    /// The shortest window there is.
    FIVE_MINUTES(5),
    /// W = 96 h.
    FOUR_DAYS(96 * 60);

    final int windowMinutes;

    Setup(int windowMinutes) {
      this.windowMinutes = windowMinutes;
    }
  }

  /// What a row does.
  @FunctionalInterface
  interface Script {
    /// Runs it; an assertion that fails or an exception is the row's failure.
    void run(CaseRun run) throws Exception;
  }

  /// A row on the store with a window of a day.
  static Case of(int number, String what, Script script) {
    return new Case(number, what, Setup.DAY, script);
  }

  @Override
  public String toString() {
    return "case " + number + ": " + what;
  }
}

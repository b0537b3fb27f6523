package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import java.util.ArrayList;
import java.util.List;

/// Turns wire matchers into matchers.
final class MatcherTranslator {
  private MatcherTranslator() {}

  /// The matchers in the order of the request.
  ///
  /// @throws InvalidRequestException if a regular expression or a matcher type is not valid
  static List<Matcher> translate(List<LabelMatcher> wire) throws InvalidRequestException {
    var matchers = new ArrayList<Matcher>(wire.size());
    for (LabelMatcher matcher : wire) {
      try {
        matchers.add(translate(matcher));
      } catch (InvalidMatcherException e) {
        throw new InvalidRequestException(String.valueOf(e.getMessage()), e);
      }
    }
    return matchers;
  }

  private static Matcher translate(LabelMatcher wire)
      throws InvalidMatcherException, InvalidRequestException {
    String name = wire.getName();
    String value = wire.getValue();
    return switch (wire.getType()) {
      case EQ -> new Matcher.Equal(name, value);
      case NEQ -> new Matcher.NotEqual(name, value);
      case RE -> Matcher.regex(name, value);
      case NRE -> Matcher.notRegex(name, value);
      case UNRECOGNIZED -> throw new InvalidRequestException(
          "matcher on label \"" + name + "\" has type " + wire.getTypeValue() + ", expected 0 to 3");
    };
  }
}

package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.util.Locale;
import java.util.regex.Pattern;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;

/** The names that a scenario has from where it comes: a race's id, a commit, a CVE. */
final class OriginNames {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,40}");
  private static final Pattern CVE = Pattern.compile("CVE-\\d{4}-\\d+", Pattern.CASE_INSENSITIVE);
  private static final Pattern WORD = Pattern.compile("[0-9A-Za-z-]+");

  private OriginNames() {}

  /** Whether a name is one of a scenario's. */
  static boolean mean(Scenario scenario, String name) {
    if (scenario.origin() instanceof Origin.Race race && isId(race.id(), name)) {
      return true;
    }
    if (COMMIT.matcher(name).matches()) {
      return says(scenario, word -> isSameCommit(word, name));
    }
    return CVE.matcher(name).matches()
        && (says(scenario, name::equalsIgnoreCase)
            || scenario.name().startsWith(name.toLowerCase(Locale.ROOT) + "-"));
  }

  /** Whether a name can only be meant as the id of a race. */
  static boolean looksLikeRace(String name) {
    return name.matches("[bB]\\d+[a-z]?");
  }

  /** The ids of all races. */
  static ImmutableList<String> races() {
    return Scenarios.all().stream()
        .map(Scenario::origin)
        .filter(Origin.Race.class::isInstance)
        .map(origin -> ((Origin.Race) origin).id())
        .distinct()
        .collect(ImmutableList.toImmutableList());
  }

  /** {@code B11} means B11a and B11b, too. */
  private static boolean isId(String id, String name) {
    return id.equalsIgnoreCase(name)
        || (id.regionMatches(true, 0, name, 0, name.length())
            && id.substring(name.length()).matches("[a-z]"));
  }

  private static boolean isSameCommit(String word, String commit) {
    return COMMIT.matcher(word).matches() && (word.startsWith(commit) || commit.startsWith(word));
  }

  private interface Word {
    boolean fits(String word);
  }

  private static boolean says(Scenario scenario, Word wanted) {
    String text =
        scenario.origin() instanceof Origin.Race race
            ? race.fix() + " " + scenario.source()
            : scenario.source();
    return WORD.matcher(text).results().anyMatch(word -> wanted.fits(word.group()));
  }
}

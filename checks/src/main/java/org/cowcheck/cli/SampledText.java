package org.cowcheck.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import org.cowcheck.journal.Entry;
import org.cowcheck.nightly.LincheckCell;

/** What engines that sample have answered, as text and as JSON. */
final class SampledText {
  private static final int WIDTH = 10;

  private SampledText() {}

  /** One object with all answers. */
  static String json(List<Entry.CellDone> answers) {
    JsonObject object = new JsonObject();
    object.add("results", new GsonBuilder().serializeNulls().create().toJsonTree(answers));
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(object)
        + "\n";
  }

  /**
   * One answer: what was seen, and how often; of a violation how it goes, and what does it alone.
   */
  static String text(Entry.CellDone done) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-" + WIDTH + "s %s: %s, %.1f s%n",
            done.verdict(),
            done.cell(),
            summary(done),
            done.seconds()));
    if (!done.engine().equals(LincheckCell.ENGINE)) {
      long all = Math.max(1, done.executions());
      for (Entry.Count count : done.outcomes()) {
        text.append(
            String.format(
                Locale.ROOT,
                "    %,12d  %8.3f %%  %s%n",
                count.times(),
                100.0 * count.times() / all,
                count.outcome()));
      }
    }
    if (done.witness() != null && done.witness().has(LincheckCell.TRACE)) {
      done.witness()
          .get(LincheckCell.TRACE)
          .getAsString()
          .lines()
          .forEach(line -> text.append("    ").append(line).append('\n'));
    }
    if (!done.clean()) {
      text.append("    Alone: ").append(done.reproduce()).append('\n');
    }
    return text.toString();
  }

  private static String summary(Entry.CellDone done) {
    if (done.engine().equals(LincheckCell.ENGINE)) {
      return lincheck(done);
    }
    String runs = "%,d runs".formatted(done.executions());
    if (!done.broken().isEmpty()) {
      return "forbidden: " + done.broken() + ", in " + runs;
    }
    return done.message().isEmpty() ? runs : done.message();
  }

  private static String lincheck(Entry.CellDone done) {
    return switch (done.verdict()) {
      case LincheckCell.PASSED ->
          "every invariant holds in %,d interleavings; %s"
              .formatted(
                  done.executions(),
                  done.message().isEmpty() ? "there may be more" : done.message());
      case LincheckCell.CANNOT_RUN, Entry.CellDone.FAILED -> done.message();
      default -> done.broken() + (done.clean() ? ", as on record under SC" : "");
    };
  }
}

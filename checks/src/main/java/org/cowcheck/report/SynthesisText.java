package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.patch.Edit;
import org.cowcheck.variant.VariantText;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Synthesis;

/** A synthesis as text of up to 100 columns; witnesses are as wide as they are. */
public final class SynthesisText {
  private static final int COLUMNS = 100;
  private static final String DETAIL = "        ";

  private final Synthesis synthesis;
  private final StringBuilder text = new StringBuilder();

  private SynthesisText(Synthesis synthesis) {
    this.synthesis = synthesis;
  }

  /** The text. */
  public static String print(Synthesis synthesis) {
    SynthesisText printer = new SynthesisText(synthesis);
    printer.start();
    for (int i = 0; i < synthesis.sets().size(); i++) {
      printer.set(i);
    }
    printer.end();
    return printer.text.toString();
  }

  private void start() {
    line(
        "",
        "%s under %s x %s, accesses %s:"
            .formatted(
                synthesis.patch(),
                synthesis.model(),
                Cell.name(synthesis.platform()),
                Cell.name(synthesis.accesses())));
    outcomes(synthesis.start());
    text.append('\n');
  }

  private void outcomes(List<Outcome> outcomes) {
    int width =
        outcomes.stream()
            .mapToInt(outcome -> outcome.cell().scenario().name().length())
            .max()
            .orElse(0);
    for (Outcome outcome : outcomes) {
      text.append(
          "  %s  %s, %,d executions%n"
              .formatted(
                  Strings.padEnd(outcome.cell().scenario().name(), width, ' '),
                  outcome.summary(),
                  outcome.executions()));
    }
  }

  private void set(int index) {
    Synthesis.SafeSet set = synthesis.sets().get(index);
    line(
        "",
        "Set %d costs %d, %d edit%s: Never in %s"
            .formatted(
                index + 1,
                set.cost(),
                set.edits().size(),
                set.edits().size() == 1 ? "" : "s",
                set.proofs().size() == 1
                    ? "the scenario"
                    : "all %d scenarios".formatted(set.proofs().size())));
    for (Synthesis.Chosen chosen : set.edits()) {
      boolean isKnown = index > 0 && edits(synthesis.sets().get(0)).contains(chosen.edit());
      line("  ", "%2d  %s%s".formatted(chosen.cost(), chosen.words(), isKnown ? ", as set 1" : ""));
      if (!isKnown) {
        details(chosen);
      }
    }
    text.append("  Proof, every execution explored:\n");
    text.append(proofs(set));
    line("  ", "To keep: " + toKeep(set) + ". As a variant file:");
    text.append(VariantText.print(set.patch()).indent(DETAIL.length()));
    text.append('\n');
  }

  private static List<Edit> edits(Synthesis.SafeSet set) {
    return set.edits().stream().map(Synthesis.Chosen::edit).toList();
  }

  private void details(Synthesis.Chosen chosen) {
    line(DETAIL, chosen.label() + ": " + chosen.what());
    if (!chosen.beside().isEmpty()) {
      line(
          DETAIL,
          (chosen.edit() instanceof Edit.InsertAfter ? "before " : "after ")
              + either(chosen.beside()));
    }
    if (!chosen.twins().isEmpty()) {
      line(DETAIL, "the same in every execution: " + either(chosen.twins()));
    }
    line(
        DETAIL,
        "needed: without it %s is %s"
            .formatted(chosen.without().cell().scenario(), chosen.without().summary()));
  }

  private static String proofs(Synthesis.SafeSet set) {
    SynthesisText printer = new SynthesisText(null);
    printer.outcomes(set.proofs());
    return printer.text.toString().indent(2);
  }

  private static String either(List<String> words) {
    return String.join("; or ", words);
  }

  private String toKeep(Synthesis.SafeSet set) {
    ImmutableList.Builder<String> words = ImmutableList.builder();
    words.add(synthesis.patch().name());
    for (Synthesis.Chosen chosen : set.edits()) {
      words.add((chosen.undone() ? "minus " : "plus ") + name(chosen.edit()));
    }
    return String.join(", ", words.build());
  }

  /** An edit in short, such as {@code InsertBefore E2 smp_mb}. */
  static String name(Edit edit) {
    String name = edit.getClass().getSimpleName() + " " + edit.label();
    if (edit instanceof Edit.InsertBefore insert) {
      return name + " " + insert.fence().kernelName();
    }
    return edit instanceof Edit.InsertAfter insert
        ? name + " " + insert.fence().kernelName()
        : name;
  }

  private void end() {
    switch (synthesis.ending()) {
      case NOTHING_NEEDED -> line("", "Nothing is needed: every scenario is Never as it is.");
      case UNKNOWN -> line("", "Unknown: " + synthesis.rest() + "; raise bounds or ask less.");
      case FOUND -> line("", "Then: " + synthesis.rest() + ".");
      case NONE -> none();
    }
    Synthesis.Effort effort = synthesis.effort();
    line(
        "",
        ("Candidates: %,d. Learned %,d clauses from %,d witnesses; %,d explorations of %,d"
                + " executions; %.1f s.")
            .formatted(
                effort.candidates(),
                effort.clauses(),
                effort.witnesses(),
                effort.explorations(),
                effort.executions(),
                effort.seconds()));
  }

  private void none() {
    line(
        "",
        "None: %s (%s).".formatted(synthesis.rest(), String.join(", ", synthesis.asked().kinds())));
    if (synthesis.defeat().isEmpty()) {
      return;
    }
    Synthesis.Defeat defeat = synthesis.defeat().get();
    if (!defeat.fencesLeaveIt()) {
      line("", "%s defeats the last set that was tried:".formatted(defeat.scenario()));
    } else if (defeat.witness().cycle().isEmpty()) {
      line(
          "", "No fence helps: the witness of %s is an interleaving.".formatted(defeat.scenario()));
    } else {
      line(
          "",
          "%s defeats them: all fences that are allowed leave this possible, together."
              .formatted(defeat.scenario()));
    }
    text.append(WitnessText.print(defeat.witness())).append('\n');
  }

  /** Adds a line, broken at spaces where it is too long; what goes on is indented by two more. */
  private void line(String indent, String words) {
    StringBuilder line = new StringBuilder(indent);
    String between = "";
    for (String word : words.split(" ", -1)) {
      if (line.length() + between.length() + word.length() > COLUMNS
          && line.length() > indent.length() + 2) {
        text.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(indent + "  ");
        between = "";
      }
      line.append(between).append(word);
      between = " ";
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}

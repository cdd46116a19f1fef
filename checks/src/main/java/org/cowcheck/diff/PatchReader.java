package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SeedPatches;

/** Reads unified diffs, mails, mailboxes and saved pages of patchwork. */
public final class PatchReader {
  /** What is longer is no patch that anybody reads. */
  public static final int MAX_BYTES = 8 << 20;

  /** The kernels that a diff may be for, newest first. */
  private static final ImmutableList<Patch> BASES =
      ImmutableList.<Patch>builder()
          .add(Patch.of(KernelState.S3), SeedPatches.S2_WITH_BARRIERS, Patch.of(KernelState.S2))
          .addAll(Patches.named("seed"))
          .add(SeedPatches.S1_WITHOUT_SEED, Patch.of(KernelState.S0))
          .build();

  private PatchReader() {}

  /**
   * Reads a patch.
   *
   * @param name of the file, for messages
   * @param base what it applies to; guessed if absent
   * @throws UnreadablePatchException if it is none, or does not apply, or means nothing to the
   *     model
   */
  public static Reading read(String name, byte[] content, Optional<Patch> base) {
    ImmutableList<PatchText> texts = PatchTexts.of(name, content);
    ImmutableList.Builder<Application.MailDiff> found = ImmutableList.builder();
    for (PatchText text : texts) {
      ImmutableList<DiffHunk> hunks = DiffHunks.of(text);
      if (!hunks.isEmpty()) {
        found.add(Application.MailDiff.of(text, hunks));
      }
    }
    ImmutableList<Application.MailDiff> mails = found.build();
    if (mails.isEmpty()) {
      throw new UnreadablePatchException(name + ": " + DiffHunks.whyNone(texts.get(0)));
    }
    if (mails.stream().allMatch(mail -> mail.functions().isEmpty())) {
      throw new UnreadablePatchException(nothingKnown(name, mails));
    }
    Application application =
        base.isPresent() ? onto(mails, base.get()) : guess(mails, definesFlag(mails));
    String why = base.isPresent() ? "as was asked for" : why(mails);
    return reading(name, mails, application, why);
  }

  private static Application onto(ImmutableList<Application.MailDiff> mails, Patch base) {
    Application application = Application.of(mails, base);
    if (!application.conflicts().isEmpty()) {
      ImmutableList<String> fitting =
          BASES.stream()
              .filter(other -> Application.of(mails, other).conflicts().isEmpty())
              .map(Patch::name)
              .collect(ImmutableList.toImmutableList());
      throw application
          .conflicts()
          .get(0)
          .error(
              base.name(),
              fitting.isEmpty()
                  ? "; no kernel that is known fits"
                  : "; it applies to " + String.join(", ", fitting));
    }
    return application;
  }

  private static Application guess(ImmutableList<Application.MailDiff> mails, boolean definesFlag) {
    List<Application> tried = new ArrayList<>();
    for (Patch base : bases(definesFlag)) {
      Application application = Application.of(mails, base);
      if (application.conflicts().isEmpty()) {
        return application;
      }
      tried.add(application);
    }
    Application best = tried.get(0);
    for (Application application : tried) {
      best = application.conflicts().size() < best.conflicts().size() ? application : best;
    }
    throw best.conflicts()
        .get(0)
        .error(
            best.base().name(),
            "; nor does it to "
                + String.join(
                    ", ",
                    bases(definesFlag).stream()
                        .map(Patch::name)
                        .filter(notThis(best.base().name()))
                        .toList())
                + ": name what it applies to with --base");
  }

  private static Predicate<String> notThis(String name) {
    return other -> !other.equals(name);
  }

  private static ImmutableList<Patch> bases(boolean definesFlag) {
    return definesFlag
        ? ImmutableSet.<Patch>builder()
            .add(SeedPatches.S1_WITHOUT_SEED)
            .addAll(BASES)
            .build()
            .asList()
        : BASES;
  }

  /** Whether a diff defines PG_anon_exclusive, and takes no other definition away. */
  private static boolean definesFlag(ImmutableList<Application.MailDiff> mails) {
    return mails.stream()
        .flatMap(mail -> mail.functions().stream())
        .anyMatch(function -> definitions(function, '+') > definitions(function, '-'));
  }

  private static long definitions(FunctionDiff function, char side) {
    return function.found(side, statement -> true).stream()
        .flatMap(found -> found.statement().stream())
        .filter(statement -> statement.kind() == KnownStatement.Kind.FLAG)
        .count();
  }

  private static String why(ImmutableList<Application.MailDiff> mails) {
    return definesFlag(mails)
        ? "it defines PG_anon_exclusive, as the seed does"
        : "the newest of "
            + BASES.size()
            + " kernels that has what the diff expects and takes away";
  }

  private static Reading reading(
      String name, ImmutableList<Application.MailDiff> mails, Application application, String why) {
    Patch base = application.base();
    ImmutableList<Reading.Row> rows = application.rows();
    Reading.Row first = rows.get(0);
    PatchText text = mails.get(0).text();
    if (rows.stream().noneMatch(Reading.Row::isModelled)) {
      throw text.error(
          first.line(),
          "nothing that it changes is modelled: %s"
              .formatted(
                  rows.stream()
                      .map(PatchReader::place)
                      .distinct()
                      .limit(5)
                      .collect(Collectors.joining(", "))));
    }
    if (application.edited().edits().equals(ImmutableSet.copyOf(base.edits()))) {
      throw text.error(
          first.line(), "it leaves " + base.name() + " as it is, as far as that is modelled");
    }
    String subject =
        mails.stream()
            .map(mail -> mail.text().subject())
            .filter(title -> !title.isEmpty())
            .findFirst()
            .orElse("as in " + name);
    return new Reading(
        application.edited().named(patchName(name), subject),
        base,
        why,
        rows,
        mails.stream()
            .flatMap(mail -> mail.text().notes().stream())
            .distinct()
            .collect(ImmutableList.toImmutableList()));
  }

  private static String place(Reading.Row row) {
    String where = row.function().isEmpty() ? row.file() : row.function() + "() in " + row.file();
    return row.note().isEmpty() ? where : where + " (" + row.note() + ")";
  }

  /** The name of the file without folders and what follows its last dot. */
  private static String patchName(String file) {
    return file.replaceFirst("^.*[/\\\\]", "").replaceFirst("(?<=.)\\.[^.]*$", "");
  }

  private static String nothingKnown(String name, ImmutableList<Application.MailDiff> mails) {
    Application.MailDiff first = mails.get(0);
    return "%s:%d: nothing that it changes is modelled: no function that the model knows in %s"
        .formatted(
            name,
            first.hunks().get(0).hunk().line(),
            mails.stream()
                .flatMap(mail -> mail.hunks().stream())
                .map(sides -> sides.hunk().file())
                .distinct()
                .limit(5)
                .collect(Collectors.joining(", ")));
  }
}

package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cowcheck.diff.PatchReader;
import org.cowcheck.diff.Reading;
import org.cowcheck.diff.UnreadablePatchException;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.variant.KnownPatches;
import org.cowcheck.variant.UnreadableVariantException;
import org.cowcheck.variant.Variant;
import org.cowcheck.variant.VariantReader;

/**
 * What a PATCH of the command line means: a patch that is known by name, or one in a file.
 *
 * @param argument what names it on the command line
 * @param base what a file's patch is an edit of
 * @param reading how a diff was read
 */
record PatchArgument(
    String argument, Patch patch, Optional<Patch> base, Optional<Reading> reading) {
  /** More bytes than that are no patch that anybody reads. */
  private static final int MAX_BYTES = 16 << 20;

  private PatchArgument(Patch patch) {
    this(patch.name(), patch, Optional.empty(), Optional.empty());
  }

  /** What one argument means, if a diff's base is guessed. */
  static PatchArgument of(String argument) {
    return of(argument, Optional.empty());
  }

  /**
   * What several arguments mean.
   *
   * @param base what diffs apply to; null if it is to be guessed
   */
  static ImmutableList<PatchArgument> all(List<String> arguments, String base) {
    Optional<Patch> diffBase = Optional.ofNullable(base).map(Names::patch);
    ImmutableList<PatchArgument> all =
        arguments.stream()
            .flatMap(argument -> all(argument, diffBase).stream())
            .distinct()
            .collect(toImmutableList());
    if (base != null && all.stream().noneMatch(asked -> asked.reading.isPresent())) {
      throw new BadInputException(
          "--base says what a diff applies to; '%s' is none"
              .formatted(String.join(",", arguments)));
    }
    Map<String, Patch> names = new HashMap<>();
    for (PatchArgument asked : all) {
      Patch other = names.put(asked.patch.name(), asked.patch);
      if (other != null && !other.equals(asked.patch)) {
        throw new BadInputException(
            "two of the patches have the name '%s'; give one another".formatted(other));
      }
    }
    return all;
  }

  /** What an argument means that may be a beginning and {@code *}. */
  static ImmutableList<PatchArgument> all(String argument, Optional<Patch> diffBase) {
    return argument.endsWith("*")
        ? Names.patchesThatBegin(argument.substring(0, argument.length() - 1)).stream()
            .map(PatchArgument::new)
            .collect(toImmutableList())
        : ImmutableList.of(of(argument, diffBase));
  }

  /**
   * What an argument means.
   *
   * @param diffBase what a diff applies to; guessed if absent
   */
  static PatchArgument of(String argument, Optional<Patch> diffBase) {
    List<Patch> named = KnownPatches.named(argument);
    if (named.size() == 1) {
      return new PatchArgument(named.get(0));
    }
    Optional<Path> file = file(argument);
    if (named.isEmpty() && file.isPresent()) {
      return of(file.get(), diffBase);
    }
    return new PatchArgument(Names.knownPatch(argument));
  }

  /** The file that is meant: it is there, or the argument looks like one. */
  private static Optional<Path> file(String argument) {
    try {
      Path path = Path.of(argument);
      return Files.exists(path) || argument.matches(".*[/\\\\].*|.*\\.[A-Za-z]\\w*")
          ? Optional.of(path)
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static PatchArgument of(Path file, Optional<Patch> diffBase) {
    byte[] content = content(file);
    try {
      if (file.toString().matches(".*\\.ya?ml")) {
        Variant variant = VariantReader.read(file.toString(), content);
        return KnownPatches.isKnown(variant.patch())
            ? new PatchArgument(KnownPatches.named(variant.patch().name()).get(0))
            : new PatchArgument(
                file.toString(), variant.patch(), Optional.of(variant.base()), Optional.empty());
      }
      Reading reading = PatchReader.read(file.toString(), content, diffBase);
      return new PatchArgument(
          file.toString(),
          named(reading.patch()),
          Optional.of(reading.base()),
          Optional.of(reading));
    } catch (UnreadableVariantException | UnreadablePatchException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  private static byte[] content(Path file) {
    if (Files.isDirectory(file)) {
      throw new BadInputException(file + ": expected a file, found a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new BadInputException(
            "%s: expected a patch of at most %,d bytes, found more".formatted(file, MAX_BYTES));
      }
      return content;
    } catch (IOException e) {
      throw BadInputException.unreadable(file, e);
    }
  }

  /** The patch of a diff under a name that files may have, and that no other patch has. */
  private static Patch named(Patch patch) {
    String name = patch.name().replaceAll("[^A-Za-z0-9._+-]+", "-");
    boolean taken = Patches.all().stream().anyMatch(known -> known.name().equals(name));
    return new Patch(taken ? name + ".diff" : name, patch.title(), patch.base(), patch.edits());
  }
}

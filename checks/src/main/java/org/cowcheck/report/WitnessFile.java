package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cowcheck.patch.Patch;
import org.cowcheck.variant.KnownPatches;
import org.cowcheck.variant.UnreadableVariantException;
import org.cowcheck.variant.VariantReader;
import org.cowcheck.variant.VariantText;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;

/**
 * The file that replays a witness: the cell by its names, and the choices that make the execution.
 *
 * @param format {@link #FORMAT}; anything else is not such a file
 * @param version {@link #VERSION}
 * @param variant the patch as {@link VariantText} prints it, line by line, if it is none that is
 *     known by its name; else null
 * @param broken what the execution broke when it was found
 * @param sources per CPU, per read in program order, the CPU and index of the write it reads from
 * @param coherence per word, the CPU and index of its writes in order, without the initial one
 */
public record WitnessFile(
    String format,
    int version,
    String scenario,
    String patch,
    List<String> variant,
    String platform,
    String model,
    String accesses,
    String broken,
    List<List<List<Integer>>> sources,
    Map<String, List<List<Integer>>> coherence) {
  /** The value of {@link #format}. */
  public static final String FORMAT = "cowcheck witness";

  private static final long MAX_BYTES = 16 << 20;

  /** The version that is written and read. */
  public static final int VERSION = 1;

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /** The file of an outcome's witness. */
  static WitnessFile of(Outcome outcome) {
    Cell cell = outcome.cell();
    Recording recording = outcome.recording().orElseThrow();
    ImmutableMap.Builder<String, List<List<Integer>>> coherence = ImmutableMap.builder();
    recording.coherence().forEach((word, names) -> coherence.put(word, pairs(names)));
    return new WitnessFile(
        FORMAT,
        VERSION,
        cell.scenario().name(),
        cell.patch().name(),
        KnownPatches.isKnown(cell.patch())
            ? null
            : VariantText.print(cell.patch()).lines().toList(),
        Cell.name(cell.platform()),
        cell.model(),
        Cell.name(cell.accesses()),
        outcome.witness().orElseThrow().broken(),
        recording.sources().stream().map(WitnessFile::pairs).toList(),
        coherence.buildOrThrow());
  }

  /** The file of an outcome's witness as JSON. */
  public static JsonObject json(Outcome outcome) {
    return GSON.toJsonTree(of(outcome)).getAsJsonObject();
  }

  private static List<List<Integer>> pairs(List<Recording.Name> names) {
    return names.stream().map(name -> List.of(name.cpu(), name.index())).toList();
  }

  /** Writes the file of an outcome's witness into a directory; returns its path. */
  public static Path write(Outcome outcome, Path directory) throws IOException {
    WitnessFile file = of(outcome);
    Path path =
        directory.resolve(
            String.join(".", file.scenario, file.patch, file.model, file.platform, file.accesses)
                + ".json");
    Files.createDirectories(directory);
    Files.writeString(path, GSON.toJson(file) + "\n");
    return path;
  }

  /**
   * Reads such a file.
   *
   * @throws UnreadableException if it cannot be read or is something else
   */
  public static WitnessFile read(Path path) {
    String text;
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new UnreadableException(
            path + ": expected a witness file, found more than " + MAX_BYTES + " bytes");
      }
      text = Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new UnreadableException(path + ": expected a witness file, found no such file");
    } catch (IOException e) {
      throw new UnreadableException(
          path + ": expected a witness file, found what cannot be read as text: " + e);
    }
    WitnessFile file;
    try {
      file = GSON.fromJson(text, WitnessFile.class);
    } catch (JsonParseException e) {
      throw new UnreadableException(
          path + ": expected a witness file (a JSON object), found other text: " + firstLine(e));
    }
    if (file == null || !FORMAT.equals(file.format)) {
      throw new UnreadableException(
          String.format(
              "%s: expected a JSON object with \"format\": \"%s\", found %s",
              path,
              FORMAT,
              file == null ? "an empty file" : "\"format\": \"" + file.format + "\""));
    }
    if (file.version != VERSION) {
      throw new UnreadableException(
          String.format("%s: expected version %d, found %d", path, VERSION, file.version));
    }
    if (file.scenario == null
        || file.patch == null
        || file.platform == null
        || file.model == null
        || file.accesses == null
        || file.sources == null
        || file.coherence == null) {
      throw new UnreadableException(
          path
              + ": expected scenario, patch, platform, model, accesses, sources and coherence,"
              + " found that one is missing");
    }
    return file;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^[\\w.]+Exception: ", "");
  }

  /** The patch, if it is none that is known by its name. */
  public Optional<Patch> variantPatch(Path path) {
    if (variant == null) {
      return Optional.empty();
    }
    if (variant.contains(null)) {
      throw new UnreadableException(path + ": expected lines in \"variant\", found null");
    }
    try {
      return Optional.of(
          VariantReader.reread(path + ", variant", String.join("\n", variant) + "\n"));
    } catch (UnreadableVariantException e) {
      throw new UnreadableException(e.getMessage());
    }
  }

  /**
   * The recorded choices.
   *
   * @throws UnreadableException if an event is not named by two numbers
   */
  public Recording recording() {
    ImmutableMap.Builder<String, ImmutableList<Recording.Name>> order = ImmutableMap.builder();
    coherence.forEach((word, pairs) -> order.put(word, names(pairs)));
    return new Recording(
        sources.stream().map(WitnessFile::names).collect(ImmutableList.toImmutableList()),
        order.buildOrThrow());
  }

  private static ImmutableList<Recording.Name> names(List<List<Integer>> pairs) {
    ImmutableList.Builder<Recording.Name> names = ImmutableList.builder();
    for (List<Integer> pair : pairs == null ? List.<List<Integer>>of() : pairs) {
      if (pair == null || pair.size() != 2 || pair.contains(null)) {
        throw new UnreadableException("expected [CPU, index], found " + pair);
      }
      names.add(new Recording.Name(pair.get(0), pair.get(1)));
    }
    return names.build();
  }

  /** A file that is no witness file; the message says what was expected and found. */
  public static final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableException(String message) {
      super(message);
    }
  }
}

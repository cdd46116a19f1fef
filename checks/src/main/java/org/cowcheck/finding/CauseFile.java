package org.cowcheck.finding;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cause;

/**
 * The causes of the catalogue's cells that were looked for already, in a file. What another build
 * of the model has found does not count.
 *
 * @param format {@link #FORMAT}; anything else is not such a file
 * @param build the model that the causes are of
 * @param cells by what is asked: cell, edits and bound
 */
record CauseFile(String format, int version, String build, Map<String, List<Entry>> cells) {
  static final String FORMAT = "cowcheck causes";
  static final int VERSION = 1;

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /** A cause. */
  record Entry(String broken, List<Order> order, List<String> effects, List<List<String>> swaps) {
    static Entry of(Cause cause) {
      return new Entry(
          cause.broken(),
          cause.order().stream()
              .map(before -> new Order(before.first(), before.second(), before.same().asList()))
              .toList(),
          cause.effects().asList(),
          cause.reordered().stream().map(swap -> List.of(swap.first(), swap.second())).toList());
    }

    Cause cause() {
      return new Cause(
          broken,
          order.stream()
              .map(
                  before ->
                      new Cause.Before(
                          before.first, before.second, ImmutableSet.copyOf(before.same)))
              .collect(ImmutableList.toImmutableList()),
          ImmutableSet.copyOf(effects),
          swaps.stream()
              .map(pair -> new Cause.Swap(pair.get(0), pair.get(1)))
              .collect(ImmutableList.toImmutableList()));
    }
  }

  /** An access before another one. */
  record Order(String first, String second, List<String> same) {}

  /** An empty one. */
  static CauseFile empty() {
    return new CauseFile(FORMAT, VERSION, Build.DIGEST, new TreeMap<>());
  }

  /** What a file says; an empty one if there is none of this build. */
  static CauseFile read(Path path) {
    if (!Files.exists(path)) {
      return empty();
    }
    try {
      CauseFile file = GSON.fromJson(Files.readString(path), CauseFile.class);
      boolean counts =
          file != null
              && FORMAT.equals(file.format)
              && file.version == VERSION
              && Build.DIGEST.equals(file.build)
              && file.cells != null;
      return counts
          ? new CauseFile(FORMAT, VERSION, Build.DIGEST, new TreeMap<>(file.cells))
          : empty();
    } catch (IOException | JsonParseException e) {
      return empty();
    }
  }

  /** Writes the file, whole or not at all. */
  void write(Path path) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    Path beside = path.resolveSibling(path.getFileName() + ".new");
    Files.writeString(beside, GSON.toJson(this) + "\n");
    Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The code that runs: found out once, when it is asked for. */
  private static final class Build {
    static final String DIGEST = digest();

    private static String digest() {
      Hasher hasher = Hashing.sha256().newHasher();
      for (Class<?> part : List.of(Scenario.class, CauseFile.class)) {
        try {
          add(Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI()), hasher);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
          throw new IllegalStateException(e);
        }
      }
      return hasher.hash().toString();
    }

    private static void add(Path path, Hasher hasher) throws IOException {
      if (Files.isRegularFile(path)) {
        hasher.putBytes(Files.readAllBytes(path));
        return;
      }
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          hasher.putString(path.relativize(file).toString(), StandardCharsets.UTF_8);
          hasher.putBytes(Files.readAllBytes(file));
        }
      }
    }
  }
}

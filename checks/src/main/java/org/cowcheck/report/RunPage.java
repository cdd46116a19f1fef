package org.cowcheck.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.io.Resources;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.cowcheck.scenario.Scenario;

/**
 * A run as one HTML page that needs nothing else: no network, no file beside it.
 *
 * <p>{@code page.html}, {@code page.css} and {@code page.js} beside this class are put together
 * with the data, which is JSON, gzipped, in base64: one block with all cells, which is read when
 * the page opens, and one per scenario with its execution graphs, which is read when one of them is
 * looked at.
 */
public final class RunPage {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private RunPage() {}

  /** What the page says of a scenario. */
  private record Story(String title, String story, String source, List<String> simplifications) {}

  /** What the page shows when it opens. */
  private record Overview(
      String journal,
      RunReport.Run run,
      List<RunReport.Change> changes,
      List<RunReport.Run> history,
      List<RunReport.Damage> damaged,
      List<RunReport.Result> cells,
      Map<String, Story> scenarios,
      Map<String, Integer> blocks) {}

  /** What replays the witnesses of a scenario, by cell, and their graphs, by number. */
  private record Block(Map<String, JsonObject> witnesses, Map<Integer, WitnessGraph> graphs) {}

  /** The page of a run. */
  public static String print(RunReport report, List<Scenario> catalogue) {
    ImmutableListMultimap<String, RunReport.Result> groups = report.byGroup();
    Map<String, Story> stories = new LinkedHashMap<>();
    for (Scenario scenario : catalogue) {
      if (groups.containsKey(scenario.name())) {
        stories.put(
            scenario.name(),
            new Story(
                scenario.title(), scenario.story(), scenario.source(), scenario.simplifications()));
      }
    }
    StringBuilder blocks = new StringBuilder();
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (String group : groups.keySet()) {
      Block block = block(report, groups.get(group));
      if (!block.witnesses.isEmpty()) {
        blocks.append(script("block-" + numbers.size(), block));
        numbers.put(group, numbers.size());
      }
    }
    Overview overview =
        new Overview(
            report.journal(),
            report.run(),
            report.changes(),
            report.history(),
            report.damaged(),
            report.cells().stream().map(RunPage::withoutWitness).toList(),
            stories,
            numbers);
    return resource("page.html")
        .replace("/*STYLE*/", resource("page.css"))
        .replace("<!--DATA-->", script("data", overview) + blocks)
        .replace("/*SCRIPT*/", resource("page.js"));
  }

  private static Block block(RunReport report, List<RunReport.Result> cells) {
    Block block = new Block(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (RunReport.Result cell : cells) {
      if (cell.witness() != null) {
        block.witnesses.put(RunReport.key(cell), cell.witness());
      }
      report.graph(cell).ifPresent(graph -> block.graphs.put(cell.graph(), graph));
    }
    return block;
  }

  private static RunReport.Result withoutWitness(RunReport.Result cell) {
    return new RunReport.Result(
        cell.engine(),
        cell.cell(),
        cell.group(),
        cell.patch(),
        cell.model(),
        cell.platform(),
        cell.accesses(),
        cell.verdict(),
        cell.clean(),
        cell.executions(),
        cell.seconds(),
        cell.races(),
        cell.outcomes(),
        cell.recorded(),
        cell.broken(),
        cell.stopped(),
        cell.message(),
        cell.reproduce(),
        cell.ended(),
        cell.history(),
        null,
        cell.graph(),
        cell.notReplayed());
  }

  private static String script(String id, Object data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(GSON.toJson(data).getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "<script type=\"text/plain\" id=\"%s\">%s</script>\n"
        .formatted(id, Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }

  private static String resource(String name) {
    try {
      return Resources.toString(Resources.getResource(RunPage.class, name), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

/** The examples for CI and for a machine of its own: their command lines are ours. */
final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", ".ci", "examples");
  private static final Pattern COMMAND = Pattern.compile("cowcheck\\.jar ([^|>\\n]*)");

  private static List<String> commands(String file) throws IOException {
    Matcher matcher = COMMAND.matcher(Files.readString(EXAMPLES.resolve(file)));
    List<String> commands = new ArrayList<>();
    while (matcher.find()) {
      commands.add(matcher.group(1).strip().replace("${{ matrix.part }}", "1"));
    }
    return commands;
  }

  @Test
  void theirCommandLinesAreUnderstood() throws IOException {
    List<String> all = new ArrayList<>(commands("nightly.yml"));
    all.addAll(commands("cowcheck-nightly.service"));
    assertEquals(4, all.size(), all::toString);
    CommandLine line = new CommandLine(new Main());
    for (String command : all) {
      String[] words = Iterables.toArray(Splitter.on(' ').split(command), String.class);
      if (line.getSubcommands().containsKey(words[0])) {
        assertTrue(line.parseArgs(words).hasSubcommand(), command);
      }
    }
  }

  /** The grid has the parts that its jobs name. */
  @Test
  void theWorkflowHasAllPartsOfItsGrid() throws IOException {
    Object workflow =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(EXAMPLES.resolve("nightly.yml")));
    Map<?, ?> jobs = (Map<?, ?>) ((Map<?, ?>) workflow).get("jobs");
    Map<?, ?> strategy = (Map<?, ?>) ((Map<?, ?>) jobs.get("part")).get("strategy");
    List<?> parts = (List<?>) ((Map<?, ?>) strategy.get("matrix")).get("part");
    assertEquals(List.of(1, 2, 3, 4), parts);
    assertTrue(
        Files.readString(EXAMPLES.resolve("nightly.yml"))
            .contains("--shard ${{ matrix.part }}/" + parts.size()));
  }
}

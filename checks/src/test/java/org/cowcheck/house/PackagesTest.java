package org.cowcheck.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import com.google.common.graph.GraphBuilder;
import com.google.common.graph.Graphs;
import com.google.common.graph.MutableGraph;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** Packages form no circle, and the flow is one way: scenario, model, engine, verdict, report. */
final class PackagesTest {
  private static final String ROOT = "org.cowcheck.";
  private static final Pattern ARROW =
      Pattern.compile("^\\s+org\\.cowcheck\\.([\\w.]+)\\s+->\\s+org\\.cowcheck\\.([\\w.]+).*");
  private static final Pattern PATHS = Pattern.compile("mm\\.\\w+");

  @Test
  void noPackageImportsItselfThroughOthers() {
    assertFalse(Graphs.hasCycle(imports()), () -> "a circle in " + imports().edges());
  }

  @Test
  void aCircleWouldBeFound() {
    MutableGraph<String> graph = imports();
    graph.putEdge("memory", "scenario");
    assertTrue(Graphs.hasCycle(graph));
  }

  @Test
  void importsAreReadFromTheClasses() {
    assertTrue(imports().hasEdgeConnecting("scenario", "mm.gup"));
    assertTrue(imports().hasEdgeConnecting("explore", "consistency"));
  }

  @Test
  void reportsSeeNoEngine() {
    ImmutableSet<String> engines =
        ImmutableSet.of(
            "explore",
            "consistency",
            "linear",
            "hardware",
            "nightly",
            "hunt",
            "synthesis",
            "finding",
            "cli");
    imports()
        .successors("report")
        .forEach(name -> assertFalse(engines.contains(name), () -> "report imports " + name));
  }

  @Test
  void theSynthesisIsForFindingsAndTheCommandLineAlone() {
    assertEquals(ImmutableSet.of("cli", "finding"), imports().predecessors("synthesis"));
  }

  @Test
  void variantsKnowNothingButTheModel() {
    assertEquals(
        ImmutableSet.of("memory", "mm", "mm.paths", "patch"), imports().successors("variant"));
  }

  @Test
  void pathsKnowOnlyWhatTheyWorkOnAndOtherPaths() {
    MutableGraph<String> graph = imports();
    ImmutableSet<String> below = ImmutableSet.of("memory", "mm", "patch");
    assertEquals(ImmutableSet.of("memory", "patch"), graph.successors("mm"));
    graph.nodes().stream()
        .filter(PATHS.asMatchPredicate())
        .flatMap(paths -> graph.successors(paths).stream())
        .filter(name -> !PATHS.matcher(name).matches())
        .forEach(name -> assertTrue(below.contains(name), () -> "a path imports " + name));
  }

  @Test
  void ablationSeesNoEngine() {
    ImmutableSet<String> models =
        ImmutableSet.of("memory", "mm.paths", "patch", "scenario", "execution", "verdict");
    imports()
        .successors("ablation")
        .forEach(name -> assertTrue(models.contains(name), () -> "ablation imports " + name));
  }

  @Test
  void executionsKnowNoMemoryModel() {
    assertEquals(ImmutableSet.of("memory"), imports().successors("execution"));
  }

  /**
   * Which package imports which, by their last names, from the compiled classes of both modules.
   */
  private static MutableGraph<String> imports() {
    StringWriter out = new StringWriter();
    int exit =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out),
                new PrintWriter(out),
                "-verbose:package",
                "--multi-release",
                "base",
                "--ignore-missing-deps",
                Path.of("target", "classes").toString(),
                Path.of("..", "model", "target", "classes").toString());
    assertEquals(0, exit, out::toString);
    MutableGraph<String> graph = GraphBuilder.directed().build();
    out.toString()
        .lines()
        .map(ARROW::matcher)
        .filter(Matcher::matches)
        .filter(arrow -> !arrow.group(1).equals(arrow.group(2)))
        .forEach(arrow -> graph.putEdge(arrow.group(1), arrow.group(2)));
    assertFalse(graph.nodes().isEmpty(), () -> "no arrow between packages of " + ROOT);
    return graph;
  }
}

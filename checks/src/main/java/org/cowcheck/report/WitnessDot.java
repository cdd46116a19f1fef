package org.cowcheck.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Execution graphs for Graphviz: a digraph each, a cluster per CPU. */
public final class WitnessDot {
  private WitnessDot() {}

  /** The graphs of the cells that have one, each graph once, under the cells that have it. */
  public static String print(RunReport report) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < report.graphs().size(); i++) {
      int graph = i;
      List<String> cells =
          report.cells().stream()
              .filter(cell -> cell.graph() != null && cell.graph() == graph)
              .map(RunReport.Result::cell)
              .toList();
      if (!cells.isEmpty()) {
        text.append(digraph(report.graphs().get(i), cells));
      }
    }
    return text.toString();
  }

  private static String digraph(WitnessGraph graph, List<String> cells) {
    StringBuilder text = new StringBuilder();
    for (String cell : cells) {
      text.append("// ").append(cell.replaceAll("\\p{Cntrl}", " ")).append('\n');
    }
    text.append("digraph ").append(quoted(cells.get(0))).append(" {\n");
    text.append("  label=")
        .append(quoted(cells.get(0) + "\n" + "Broken: " + graph.broken()))
        .append(";\n");
    text.append("  node [shape=box, fontname=monospace, fontsize=10];\n");
    text.append("  edge [fontname=monospace, fontsize=9, constraint=false];\n");
    for (int cpu = 0; cpu < graph.cpus().size(); cpu++) {
      text.append(cluster(graph, cpu));
    }
    for (WitnessGraph.Edge edge : graph.edges()) {
      text.append(edge(edge, graph.cycle().contains(edge)));
    }
    for (WitnessGraph.Edge edge : graph.cycle()) {
      if (!graph.edges().contains(edge)) {
        text.append(edge(edge, true));
      }
    }
    return text.append("}\n").toString();
  }

  private static String cluster(WitnessGraph graph, int cpu) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "  subgraph cluster_cpu%d {%n", cpu));
    text.append("    label=")
        .append(quoted("CPU" + cpu + ": " + graph.cpus().get(cpu)))
        .append(";\n");
    for (int i = 0; i < graph.events().size(); i++) {
      WitnessGraph.Item item = graph.events().get(i);
      if (item.cpu() == cpu) {
        text.append(
            String.format(
                Locale.ROOT, "    e%d [label=%s%s];%n", i, quoted(name(item)), shape(item)));
      }
    }
    return text.append("  }\n").toString();
  }

  private static String name(WitnessGraph.Item item) {
    return (item.label().isEmpty() ? "" : "(" + item.label() + ") ")
        + item.text()
        + (item.early() ? " [early]" : "");
  }

  private static String shape(WitnessGraph.Item item) {
    return switch (item.kind()) {
      case "fence" -> ", shape=plaintext, style=bold";
      case "note" -> ", shape=note";
      case "bug" -> ", shape=octagon, color=red";
      default -> item.early() ? ", style=dashed" : "";
    };
  }

  private static String edge(WitnessGraph.Edge edge, boolean inCycle) {
    String style =
        switch (edge.relation()) {
          case "po" -> "constraint=true, color=gray";
          case "rf" -> "xlabel=rf, color=darkgreen";
          case "co" -> "xlabel=co, color=blue, style=dashed";
          default -> "xlabel=" + edge.relation() + ", color=darkorange, style=dotted";
        };
    return String.format(
        Locale.ROOT,
        "  e%d -> e%d [%s%s];%n",
        edge.from(),
        edge.to(),
        style,
        inCycle ? ", penwidth=3" : "");
  }

  private static String quoted(String text) {
    return text.lines()
        .map(line -> line.replace("\\", "\\\\").replace("\"", "\\\""))
        .collect(Collectors.joining("\\n", "\"", "\""));
  }
}

package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A run as JUnit XML, as CI servers read it: a test suite per scenario, a test case per cell.
 *
 * <p>What changed is a failure, what its engine did not answer an error, an Unknown that is no
 * change is skipped; a Sometimes that is on record passes.
 */
public final class JUnitXml {
  private final RunReport report;
  private final ImmutableListMultimap<String, RunReport.Change> changes;
  private final XMLStreamWriter xml;

  private JUnitXml(RunReport report, XMLStreamWriter xml) {
    this.report = report;
    this.changes = report.changesByCell();
    this.xml = xml;
  }

  /** The XML of a run. */
  public static String print(RunReport report) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      new JUnitXml(report, xml).write();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private void write() throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    line();
    xml.writeStartElement("testsuites");
    attribute("name", "cowcheck run " + report.run().run());
    counts(report.cells());
    line();
    ImmutableListMultimap<String, RunReport.Result> groups = report.byGroup();
    for (String group : groups.keySet()) {
      suite(group, groups.get(group));
    }
    xml.writeEndElement();
    line();
    xml.writeEndDocument();
  }

  private void suite(String group, ImmutableList<RunReport.Result> cells)
      throws XMLStreamException {
    xml.writeStartElement("testsuite");
    attribute("name", group);
    counts(cells);
    attribute("skipped", count(cells, "skipped"));
    attribute("timestamp", report.run().started().replace("Z", ""));
    line();
    for (RunReport.Result cell : cells) {
      testCase(cell);
    }
    xml.writeEndElement();
    line();
  }

  private void counts(List<RunReport.Result> cells) throws XMLStreamException {
    attribute("tests", String.valueOf(cells.size()));
    attribute("failures", count(cells, "failure"));
    attribute("errors", count(cells, "error"));
    attribute("time", seconds(cells.stream().mapToDouble(RunReport.Result::seconds).sum()));
  }

  private String count(List<RunReport.Result> cells, String element) {
    return String.valueOf(cells.stream().filter(cell -> element(cell).equals(element)).count());
  }

  /** The element inside the test case, or the empty string if it passes. */
  private String element(RunReport.Result cell) {
    if (cell.is(RunReport.FAILED)) {
      return "error";
    }
    if (!cell.isAsExpected(changes.get(RunReport.key(cell)))) {
      return "failure";
    }
    return cell.is(RunReport.UNKNOWN) ? "skipped" : "";
  }

  private void testCase(RunReport.Result cell) throws XMLStreamException {
    xml.writeStartElement("testcase");
    attribute("name", cell.name());
    attribute("classname", "cowcheck." + cell.group());
    attribute("time", seconds(cell.seconds()));
    switch (element(cell)) {
      case "error" -> problem("error", cell.message(), "engine", cell);
      case "failure" -> problem("failure", why(cell), kind(cell), cell);
      case "skipped" -> {
        xml.writeEmptyElement("skipped");
        attribute("message", "Unknown: " + cell.stopped());
      }
      default -> {}
    }
    xml.writeStartElement("system-out");
    xml.writeCharacters(
        printable(
            "%s, %,d executions%n%s%n"
                .formatted(cell.summary(), cell.executions(), cell.reproduce())));
    xml.writeEndElement();
    xml.writeEndElement();
    line();
  }

  private void problem(String element, String message, String type, RunReport.Result cell)
      throws XMLStreamException {
    xml.writeStartElement(element);
    attribute("message", message);
    attribute("type", type);
    xml.writeCharacters(
        printable(
            "%s%s%nreproduce: %s%n"
                .formatted(
                    message,
                    cell.broken() == null ? "" : "\nBroken: " + cell.broken(),
                    cell.reproduce())));
    xml.writeEndElement();
  }

  private String why(RunReport.Result cell) {
    return changes.get(RunReport.key(cell)).isEmpty()
        ? cell.summary()
        : changes.get(RunReport.key(cell)).stream()
            .map(RunReport.Change::text)
            .collect(Collectors.joining("; "));
  }

  private String kind(RunReport.Result cell) {
    return changes.get(RunReport.key(cell)).stream()
        .map(RunReport.Change::kind)
        .findFirst()
        .orElse("not clean");
  }

  private void attribute(String name, String value) throws XMLStreamException {
    xml.writeAttribute(name, printable(String.valueOf(value)));
  }

  private void line() throws XMLStreamException {
    xml.writeCharacters("\n");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  /** Without the characters that XML 1.0 has not. */
  private static String printable(String text) {
    return text.codePoints()
        .filter(
            c ->
                c == '\n'
                    || c == '\t'
                    || (c >= 0x20 && c <= 0xD7FF)
                    || (c >= 0xE000 && c <= 0xFFFD)
                    || c >= 0x10000)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}

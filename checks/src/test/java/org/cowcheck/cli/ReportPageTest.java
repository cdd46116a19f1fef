package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * The HTML page in a real browser, Debian's Chromium without a window: from a file, with nothing
 * from elsewhere.
 */
final class ReportPageTest {
  private static final List<String> BROWSERS =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private static Path directory;
  private static Path page;
  private static JsonObject report;
  private static ChromeDriver browser;

  @BeforeAll
  static void open() throws IOException {
    Optional<String> chromium =
        BROWSERS.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst();
    assumeTrue(
        chromium.isPresent() && Files.isExecutable(DRIVER),
        "needs a browser: apt-get install chromium chromium-driver");
    Path nights = directory.resolve("nights");
    ReportedNights.write(nights);
    page = directory.resolve("report.html");
    Path json = directory.resolve("report.json");
    assertEquals(0, Main.run("report", nights.toString(), "--format", "html", "--out", page + ""));
    assertEquals(0, Main.run("report", nights.toString(), "--format", "json", "--out", json + ""));
    report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();

    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.get());
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    System.setProperty(ChromeDriverService.CHROME_DRIVER_EXE_PROPERTY, DRIVER.toString());
    browser = new ChromeDriver(options);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void load() {
    browser.get("about:blank");
    browser.manage().logs().get(LogType.PERFORMANCE);
    go("");
  }

  private static void go(String hash) {
    browser.get(page.toUri() + hash);
    await(() -> js("return document.documentElement.dataset.ready").equals("yes"));
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "waited for: " + consoleLines());
      Thread.onSpinWait();
    }
  }

  private static Object js(String script, Object... arguments) {
    Object result = browser.executeScript(script, arguments);
    return result == null ? "" : result;
  }

  private static List<WebElement> all(String selector) {
    return browser.findElements(By.cssSelector(selector));
  }

  private static WebElement one(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  private static void press(CharSequence... keys) {
    browser.switchTo().activeElement().sendKeys(keys);
  }

  private static List<String> consoleLines() {
    return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::toString)
        .toList();
  }

  private static void openWitness() {
    WebElement link =
        all("#table a").stream()
            .filter(a -> a.getDomAttribute("aria-label").startsWith(ReportedNights.WITNESSED + ":"))
            .findFirst()
            .orElseThrow();
    link.click();
    await(() -> !all("#graph svg").isEmpty());
  }

  private static JsonObject cell(String name) {
    return StreamSupport.stream(report.getAsJsonArray("cells").spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .filter(cell -> cell.get("cell").getAsString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonObject graph() {
    return report
        .getAsJsonArray("graphs")
        .get(cell(ReportedNights.WITNESSED).get("graph").getAsInt())
        .getAsJsonObject();
  }

  // The matrix.

  private static void choose(String filter, String value) {
    js(
        "const f = document.getElementById(arguments[0]); f.value = arguments[1];"
            + " f.dispatchEvent(new Event('input', { bubbles: true }));",
        filter,
        value);
  }

  /** Waits until so many cells are shown. */
  private static void assertShown(int cells) {
    await(() -> one("#count").getText().startsWith(cells + " of 8 cells"));
    assertEquals(cells, all("#table td a, #others td a").size());
  }

  @Test
  void allCellsAreShown_andFiltersNarrowThem() {
    assertShown(8);
    choose("f-verdict", "Sometimes");
    assertShown(4);
    choose("f-engine", "explorer");
    assertShown(3);
    choose("f-patch", "seed");
    assertShown(1);
    one("#filters button[type=reset]").click();
    assertShown(8);
    choose("f-model", "sc");
    assertShown(3);
    choose("f-platform", "generic");
    assertShown(3);
    one("#filters button[type=reset]").click();
    assertShown(8);
    one("#f-text").sendKeys("HARDWARE");
    assertShown(1);
    one("#f-text").clear();
    one("#f-text").sendKeys("no such scenario");
    await(() -> one("#count").getText().startsWith("None of 8 cells"));
    one("#filters button[type=reset]").click();
    one("#f-changed").click();
    assertShown(3);
    assertEquals(3, all("#table a.changed").size());
  }

  @Test
  void whatChangedAndAllRunsAreThere() {
    String changes = one("#changes").getText();
    assertTrue(changes.contains("new Sometimes: " + ReportedNights.BROKEN), changes);
    assertEquals(2, all("#history-table tbody tr").size());
    assertEquals(2, all("#history-chart svg g").size());
  }

  @Test
  void theSlashGoesToTheFilter() {
    press("/");
    assertEquals("f-text", js("return document.activeElement.id"));
  }

  // A witness.

  @Test
  void aWitnessHasTheEventsAndEdgesOfTheJson() {
    openWitness();
    JsonObject graph = graph();
    assertEquals(
        graph.getAsJsonArray("events").size(), all("#graph .ev").size(), "events of the graph");
    assertEquals(edges(graph, "edges"), drawn("edge"));
    assertEquals(edges(graph, "cycle"), drawn("halo"));
    assertTrue(edges(graph, "edges").stream().anyMatch(edge -> edge.contains(" rf ")));
    assertTrue(edges(graph, "edges").stream().anyMatch(edge -> edge.contains(" fr ")));
    assertTrue(edges(graph, "edges").stream().anyMatch(edge -> edge.contains(" co ")));
    assertTrue(one(".broken").getText().contains(graph.get("broken").getAsString()));
    assertTrue(all("#graph .ev.fence").size() >= 1);
    assertEquals(
        List.of("CPU0: put_page", "CPU1: PageSlab"),
        Stream.of("CPU0", "CPU1")
            .map(
                cpu ->
                    (String)
                        js(
                            "return [...document.querySelectorAll('#graph svg > text')]"
                                + ".map(t => t.textContent).find(t => t.startsWith(arguments[0]))",
                            cpu))
            .toList());
  }

  private static ImmutableSortedSet<String> edges(JsonObject graph, String field) {
    return StreamSupport.stream(graph.getAsJsonArray(field).spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(
            edge ->
                edge.get("from").getAsInt()
                    + " "
                    + edge.get("relation").getAsString()
                    + " "
                    + edge.get("to").getAsInt())
        .collect(ImmutableSortedSet.toImmutableSortedSet(String::compareTo));
  }

  @SuppressWarnings("unchecked")
  private static ImmutableSortedSet<String> drawn(String kind) {
    return ImmutableSortedSet.copyOf(
        (List<String>)
            js(
                "const kind = arguments[0]; return [...document.querySelectorAll(`#graph"
                    + " path[data-${kind}]`)].map(p => `${p.dataset.from} ${p.dataset[kind]}"
                    + " ${p.dataset.to}`)",
                kind));
  }

  private static int current() {
    List<WebElement> on = all("#graph .ev.on");
    assertEquals(1, on.size());
    assertEquals("step", on.get(0).getDomAttribute("aria-current"));
    return Integer.parseInt(on.get(0).getDomAttribute("data-index"));
  }

  @Test
  void keysGoFromStepToStep() {
    openWitness();
    assertEquals(0, all("#graph .ev.on").size());
    press("j");
    assertEquals(0, current());
    press("jjj");
    assertEquals(3, current());
    press("k");
    assertEquals(2, current());
    JsonObject event = graph().getAsJsonArray("events").get(2).getAsJsonObject();
    String step = one("#step").getText();
    assertTrue(step.contains(event.get("text").getAsString()), step);
    assertTrue(step.contains(event.get("what").getAsString()), step);
    press("G");
    assertEquals(graph().getAsJsonArray("events").size() - 1, current());
    press("j");
    assertEquals(graph().getAsJsonArray("events").size() - 1, current());
    press("c");
    int first =
        edges(graph(), "cycle").stream()
            .mapToInt(edge -> Integer.parseInt(edge.substring(0, edge.indexOf(' '))))
            .min()
            .orElseThrow();
    assertEquals(first, current());
    one("#graph").sendKeys(Keys.HOME, Keys.ARROW_DOWN);
    assertEquals(1, current());
    one("#graph").sendKeys(Keys.ARROW_UP);
    assertEquals(0, current());
  }

  @Test
  void plusAndMinusChangeTheSize() {
    openWitness();
    long fitted = width();
    press("+");
    assertTrue(width() > fitted);
    press("--");
    assertTrue(width() < fitted);
    press("0");
    assertEquals(fitted, width());
  }

  private static long width() {
    return Long.parseLong(one("#graph svg").getDomAttribute("width"));
  }

  @Test
  void labelsOfTheStoryAndOfStepsAreLinked() {
    openWitness();
    one("#story a[data-label=F11]").click();
    JsonObject event = graph().getAsJsonArray("events").get(current()).getAsJsonObject();
    assertEquals("F11", event.get("label").getAsString());
    assertTrue(one("#story a[data-label=F11]").getDomAttribute("class").contains("lit"));
    one("#why a[data-event]").click();
    event = graph().getAsJsonArray("events").get(current()).getAsJsonObject();
    assertEquals("T2", event.get("label").getAsString());
    assertTrue(one("#story a[data-label=T2]").getDomAttribute("class").contains("lit"));
  }

  @Test
  void relationsCanBeHidden() {
    openWitness();
    String shown = "#graph path.edge.rf[data-edge]:not(.own)";
    assertTrue(all(shown).get(0).isDisplayed());
    one("[data-show=rf]").click();
    assertFalse(all(shown).get(0).isDisplayed());
  }

  @Test
  void escapeGoesBackToTheCell() {
    openWitness();
    press(Keys.ESCAPE);
    await(() -> one("#overview").isDisplayed());
    String focused = (String) js("return document.activeElement.getAttribute('aria-label')");
    assertTrue(focused.startsWith(ReportedNights.WITNESSED), focused);
  }

  @Test
  void aLinkToACellOpensIt_andAWitnessThatDoesNotReplayIsSaidToBeSo() {
    browser.get("about:blank");
    go(
        "#cell="
            + URLEncoder.encode("explorer " + ReportedNights.STALE, StandardCharsets.UTF_8)
                .replace("+", "%20"));
    String text = one("#cell").getText();
    assertTrue(text.contains("The witness does not replay any more: unknown patch"), text);
    assertEquals(
        List.of("run 1: Sometimes, 8", "run 2: Sometimes, 8"),
        all("#cell .past li").stream().map(WebElement::getText).toList());
  }

  @Test
  void anotherEnginesCellShowsItsOutcomes() {
    one("#others td a").click();
    await(() -> one("#cell").isDisplayed());
    String text = one("#cell").getText();
    assertTrue(text.contains(ReportedNights.SAMPLED), text);
    assertTrue(text.contains("0, 1: 999 times"), text);
  }

  // Themes, widths, and what does not happen.

  @Test
  void lightAndDark_bySystemAndByKey() {
    Object light = background();
    emulate("Emulation.setEmulatedMedia", dark("dark"));
    Object dark = background();
    assertNotEquals(light, dark);
    press("t");
    assertEquals(light, background());
    press("t");
    emulate("Emulation.setEmulatedMedia", dark("light"));
    assertEquals(dark, background());
    press("t");
    assertEquals(light, background());
  }

  private static ImmutableMap<String, Object> dark(String scheme) {
    return ImmutableMap.of(
        "features", List.of(ImmutableMap.of("name", "prefers-color-scheme", "value", scheme)));
  }

  private static Object background() {
    return js("return getComputedStyle(document.body).backgroundColor");
  }

  private static void emulate(String command, ImmutableMap<String, Object> arguments) {
    browser.executeCdpCommand(command, arguments);
  }

  @Test
  void nothingIsWiderThanAPhone() {
    emulate(
        "Emulation.setDeviceMetricsOverride",
        ImmutableMap.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
    try {
      assertEquals(390L, js("return document.documentElement.scrollWidth"));
      openWitness();
      press("jjj");
      assertEquals(2, current());
      assertEquals(390L, js("return document.documentElement.scrollWidth"));
      assertTrue(width() <= 390, "the graph is " + width() + " wide");
    } finally {
      emulate("Emulation.clearDeviceMetricsOverride", ImmutableMap.of());
    }
  }

  @Test
  void noRequestLeavesThePage_andTheConsoleIsEmpty() {
    openWitness();
    press("jjc");
    press("?");
    press(Keys.ESCAPE);
    press(Keys.ESCAPE);
    await(() -> one("#overview").isDisplayed());
    List<String> requests =
        browser.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
            .map(entry -> JsonParser.parseString(entry.getMessage()).getAsJsonObject())
            .map(object -> object.getAsJsonObject("message"))
            .filter(
                message -> message.get("method").getAsString().equals("Network.requestWillBeSent"))
            .map(
                message ->
                    message
                        .getAsJsonObject("params")
                        .getAsJsonObject("request")
                        .get("url")
                        .getAsString())
            .filter(url -> !url.startsWith("data:"))
            .toList();
    assertEquals(List.of(page.toUri().toString()), requests);
    assertEquals(List.of(), consoleLines());
  }
}

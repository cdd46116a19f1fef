package org.cowcheck.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;

/**
 * A jar that looks like the jcstress suite. Its tests are Fine, Seen, Bad, Broken and Lost of one
 * race; a run of Lost leaves nothing behind, one of Hang does not end.
 */
public final class FakeSuite {
  private static final String LINES =
      """
      package org.cowcheck.stress;
      import java.nio.file.*;
      public final class SuiteLines {
        static void test(String name, String patch) {
          System.out.println("{\\"test\\":\\"org.cowcheck.stress.Fork." + name
              + "\\",\\"scenario\\":\\"gup-fast-vs-fork\\",\\"patch\\":\\"" + patch
              + "\\",\\"accesses\\":\\"marked\\"}");
        }
        static void result(String name, String status, String outcome, String expected, int times) {
          System.out.println("{\\"test\\":\\"org.cowcheck.stress.Fork." + name
              + "\\",\\"status\\":\\"" + status + "\\",\\"messages\\":[\\"it died\\"],\\"outcomes\\":["
              + "{\\"outcome\\":\\"" + outcome + "\\",\\"expected\\":\\"" + expected
              + "\\",\\"times\\":" + times + ",\\"description\\":\\"d\\"}]}");
        }
        public static void main(String[] a) throws Exception {
          if (a[0].equals("tests")) {
            test("Fine", "S3");
            test("Seen", "S3-without-write-protect-seq");
            test("Bad", "S3");
            test("Broken", "S3");
            test("Lost", "S3");
            test("Hang", "S3");
            return;
          }
          Path asked = Path.of(a[1], "asked");
          String tests = Files.exists(asked) ? Files.readString(asked) : "";
          if (tests.contains("Fine")) {
            result("Fine", "NORMAL", "0, 0, holds", "ACCEPTABLE", 3);
            result("Fine", "NORMAL", "0, 0, holds", "ACCEPTABLE", 4);
          }
          if (tests.contains("Seen")) {
            result("Seen", "NORMAL", "1, 0, a pinned page lost its exclusivity",
                "ACCEPTABLE_INTERESTING", 2);
          }
          if (tests.contains("Bad")) {
            result("Bad", "NORMAL", "1, 0, lost", "FORBIDDEN", 1);
          }
          if (tests.contains("Broken")) {
            result("Broken", "VM_ERROR", "0, 0, holds", "ACCEPTABLE", 1);
          }
        }
      }
      """;

  private static final String MAIN =
      """
      package org.openjdk.jcstress;
      import java.nio.file.*;
      public final class Main {
        public static void main(String[] a) throws Exception {
          Files.writeString(Path.of("arguments"), String.join(" ", a));
          if (a[a.length - 1].contains("Hang")) {
            Thread.sleep(600_000);
          }
          Files.writeString(Path.of("asked"), a[a.length - 1]);
          System.exit(a[a.length - 1].contains("Lost") ? 3 : 0);
        }
      }
      """;

  private FakeSuite() {}

  /** Makes the jar in a directory, without the test that hangs. */
  public static Path in(Path directory) throws IOException {
    return in(directory, LINES.replace("test(\"Hang\", \"S3\");", ""));
  }

  /** Makes the jar in a directory, with the test that hangs. */
  public static Path hanging(Path directory) throws IOException {
    return in(directory, LINES);
  }

  private static Path in(Path directory, String program) throws IOException {
    Path lines = source(directory, "org/cowcheck/stress/SuiteLines", program);
    Path main = source(directory, "org/openjdk/jcstress/Main", MAIN);
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", directory.toString(), lines.toString(), main.toString()));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "org.openjdk.jcstress.Main");
    Path jar = directory.resolve("jcstress.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (String name :
          new String[] {
            "org/cowcheck/stress/SuiteLines.class", "org/openjdk/jcstress/Main.class"
          }) {
        entries.putNextEntry(new JarEntry(name));
        entries.write(Files.readAllBytes(directory.resolve(name)));
        entries.closeEntry();
      }
    }
    return jar;
  }

  private static Path source(Path directory, String name, String text) throws IOException {
    Path file = directory.resolve(name + ".java");
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}

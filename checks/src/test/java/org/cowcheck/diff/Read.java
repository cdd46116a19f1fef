package org.cowcheck.diff;

import com.google.common.collect.ImmutableSet;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;

/** Reads patches of the test resources. */
final class Read {
  private Read() {}

  static byte[] bytes(String resource) {
    try {
      return Resources.toByteArray(Resources.getResource(Read.class, resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String resource) {
    return new String(bytes(resource), StandardCharsets.UTF_8);
  }

  static Reading seedAsSaved() {
    return PatchReader.read("rfc-08-13.txt", bytes("rfc-08-13.txt"), Optional.empty());
  }

  static Reading respin(String name) {
    return PatchReader.read(name + ".diff", bytes("respins/" + name + ".diff"), Optional.empty());
  }

  static Reading text(String name, String content) {
    return PatchReader.read(name, content.getBytes(StandardCharsets.UTF_8), Optional.empty());
  }

  static Patch patch(String name) {
    return Patches.all().stream()
        .filter(patch -> patch.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The edits of a patch to its kernel state, such as {@code ReplaceFence F9 smp_wmb}. */
  static ImmutableSet<String> edits(Patch patch) {
    return patch.edits().stream().map(Read::edit).collect(ImmutableSet.toImmutableSet());
  }

  private static String edit(Edit edit) {
    String words = edit.getClass().getSimpleName() + " " + edit.label();
    if (edit instanceof Edit.ReplaceFence replace) {
      return words + " " + name(replace.fence());
    }
    if (edit instanceof Edit.InsertBefore insert) {
      return words + " " + name(insert.fence());
    }
    if (edit instanceof Edit.InsertAfter insert) {
      return words + " " + name(insert.fence());
    }
    if (edit instanceof Edit.Move move) {
      return words + " " + move.after();
    }
    return edit instanceof Edit.UseFlag use ? "UseFlag " + use.flag() : words;
  }

  private static String name(Fence fence) {
    return fence.kernelName();
  }
}

package org.cowcheck.diff;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of the kernel's statements. */
final class KnownSourceTest {
  private static final ImmutableList<Patch> BASES =
      ImmutableList.of(Read.patch("S3"), Read.patch("seed"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PageSlab",
        "folio_test_slab",
        "free_pages_prepare",
        "free_huge_page",
        "free_zone_device_page",
        "free_devmap_managed_page",
        "identify_page_state",
        "stable_page_flags",
        "isolate_movable_page",
        "gup_pte_range",
        "gup_huge_pmd",
        "lockless_pages_from_mm",
        "try_grab_folio",
        "gup_must_unshare",
        "gup_put_folio",
        "sanity_check_pinned_pages",
        "page_try_share_anon_rmap",
        "page_try_dup_anon_rmap",
        "page_needs_cow_for_dma",
        "copy_page_range",
        "copy_present_pte",
        "copy_present_page",
        "write_protect_page",
        "replace_page",
        "try_to_unmap_one",
        "try_to_migrate_one",
        "remove_migration_pte",
        "do_wp_page",
        "wp_page_copy",
        "do_swap_page",
        "__split_huge_pmd_locked",
        "collapse_huge_page",
        "collapse_and_free_pmd"
      })
  void theFunctionsThatPeoplePatchAreKnown(String function) {
    assertFalse(KnownSource.filesOf(function).isEmpty());
  }

  @Test
  void aBarrierCanBePutAfterEachStatement() {
    List<String> not = new ArrayList<>();
    int put = 0;
    for (KnownFunction function : KnownSource.functions()) {
      for (KnownStatement statement : function.statements()) {
        for (KnownForm form : statement.forms()) {
          if (isPlain(statement, form) && !hasBarrierBehind(function, statement)) {
            put += isPut(function, statement, form) ? 1 : 0;
            if (!isPut(function, statement, form)) {
              not.add(function.names().keySet() + " " + String.join(" ", form.code()));
            }
          }
        }
      }
    }
    assertTrue(not.isEmpty(), () -> String.join("\n", not));
    assertTrue(put > 100, "only " + put);
  }

  private static boolean isPlain(KnownStatement statement, KnownForm form) {
    boolean isStatement =
        statement.kind() == KnownStatement.Kind.ACCESS
            || statement.kind() == KnownStatement.Kind.HUNK
            || statement.kind() == KnownStatement.Kind.RECHECK;
    return isStatement
        && form.isPresent()
        && form.variant() == KnownForm.Variant.AS_IT_IS
        && statement.of().isEmpty()
        && form.code().stream()
            .noneMatch(ImmutableSet.of(";", "{", "$", "if", "else", "copy", "goto")::contains)
        && form.code().stream().filter("("::equals).count()
            == form.code().stream().filter(")"::equals).count()
        && BASES.stream().anyMatch(base -> fits(statement, form, base));
  }

  private static boolean hasBarrierBehind(KnownFunction function, KnownStatement statement) {
    return statement.index() + 1 < function.statements().size()
        && function.statements().get(statement.index() + 1).isFence();
  }

  private static boolean fits(KnownStatement statement, KnownForm form, Patch base) {
    EditedPatch kernel = new EditedPatch(base);
    return kernel.has(statement)
        && form.says().stream().allMatch(kernel::has)
        && form.denies().stream().noneMatch(kernel::has);
  }

  private static boolean isPut(KnownFunction function, KnownStatement statement, KnownForm form) {
    return function.names().entrySet().stream()
        .flatMap(
            name ->
                BASES.stream()
                    .filter(base -> name.getValue().contains(base.base()))
                    .filter(base -> fits(statement, form, base))
                    .map(base -> edits(function, name.getKey(), form, base)))
        .allMatch(
            edits ->
                statement.steps().stream()
                    .map(Step::label)
                    .map(label -> new Edit.InsertAfter(label, Fence.SMP_MB))
                    .anyMatch(edits::contains));
  }

  private static ImmutableList<Edit> edits(
      KnownFunction function, String name, KnownForm form, Patch base) {
    String file = function.files().iterator().next();
    String diff =
        "--- a/%s\n+++ b/%s\n@@ -100,2 +100,3 @@ static int %s(int x)\n".formatted(file, file, name)
            + " \t(%s);\n+\tsmp_mb();\n \tother();\n".formatted(String.join(" ", form.code()));
    return PatchReader.read("x.diff", diff.getBytes(StandardCharsets.UTF_8), Optional.of(base))
        .patch()
        .edits();
  }
}

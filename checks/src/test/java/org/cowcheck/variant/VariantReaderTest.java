package org.cowcheck.variant;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A variant says what it means, or where it is wrong. */
final class VariantReaderTest {
  private static Variant read(String text) {
    return VariantReader.read("dir/my.yaml", text.getBytes(UTF_8));
  }

  private static ImmutableList<Edit> edits(String text) {
    return read(text).patch().edits();
  }

  private static String complaint(byte[] content) {
    String message =
        assertThrows(UnreadableVariantException.class, () -> VariantReader.read("my.yaml", content))
            .getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  @Test
  void nameAndTitleComeFromTheFileAndTheBaseUnlessGiven() {
    Patch patch = read("base: S3").patch();
    assertEquals("my", patch.name());
    assertEquals("a variant of S3", patch.title());
    assertEquals(KernelState.S3, patch.base());
    assertEquals(List.of(), patch.edits());
    assertEquals("other", read("base: S3\nname: other").patch().name());
  }

  @ParameterizedTest
  @CsvSource({
    "S1, seed",
    "seed, seed",
    "S1-without-wmb, seed-without-wmb",
    "088b8aa537c2, S2-with-088b8aa537c2"
  })
  void aBaseIsAnyPatchThatHasAName(String written, String meant) {
    assertEquals(meant, read("base: " + written).base().name());
  }

  @Test
  void theEditsOfTheBaseStay() {
    assertEquals(
        List.of(new Edit.DropFence("F9"), new Edit.InsertAfter("T2", Fence.SMP_RMB)),
        edits(
            """
            base: seed-without-wmb
            fences:
              insert: [{after: T2, fence: smp_rmb()}]
            """));
  }

  @Test
  void whatTheBaseDroppedIsAddedByNotDroppingIt() {
    Patch patch =
        read("base: S1-without-seed\nhunks: {add: [T2, T3, T6, L1, L4, K8, MX16, F8, FT1, HR3, HR4, MV55, MV56]}")
            .patch();
    assertTrue(patch.isAlike(Patch.of(KernelState.S1)), patch.edits()::toString);
  }

  @Test
  void whatTheBaseAddedIsDroppedByNotAddingIt() {
    assertEquals(
        List.of(new Edit.AddHunk("E1"), new Edit.AddHunk("E4"), new Edit.AddHunk("G17")),
        edits("base: 088b8aa537c2\nhunks: {drop: [G12]}"));
  }

  @Test
  void aNewFlagTakesThePlaceOfTheBasesFlag() {
    assertEquals(
        List.of(new Edit.UseFlag("PG_mappedtodisk")), edits("base: seed\nflag: PG_mappedtodisk"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "base: S4 | my.yaml:1:7: unknown base 'S4'; did you mean 'S0', 'S2' or 'S3'?",
        "name: x | my.yaml:1:1: expected 'base', such as 'base: S3', found none",
        "hello | my.yaml:1:1: expected a map with name, title, base,",
        "[S3] | my.yaml:1:1: expected a map with name, title, base,",
        "base: [S3] | my.yaml:1:7: expected a word, found a list",
        "base: | my.yaml:1:6: expected a word, found nothing",
        "base: !!foo S3 | my.yaml:1:7: expected a word, found one with the tag tag:yaml.org,2002:foo",
        "base: S3;base: S2 | my.yaml:2:1: the key 'base' is there twice",
        "base: S3;fence: [] | my.yaml:2:1: unknown key 'fence'; did you mean 'fences'?",
        "base: S3;fences: {remove: [E1]} | my.yaml:2:10: unknown key 'remove'; did you mean 'replace' or 'drop'?",
        "base: S3;fences: [E1] | my.yaml:2:9: expected a map with drop, replace, insert, found a list",
        "base: S3;mark: T2 | my.yaml:2:7: expected a list, such as [T2], found 'T2'",
        "base: S3;mark: | expected a list in [], found nothing",
        "base: S3;mark: [T99] | my.yaml:2:8: unknown step 'T99'; did you mean ",
        "base: S3;mark: [[T2]] | my.yaml:2:8: expected a word, found a list",
        "base: S3;flag: PG_swapcache | my.yaml:2:7: 'PG_swapcache' cannot serve as PG_anon_exclusive; these can: PG_slab, ",
        "base: S0;flag: PG_slab | my.yaml:2:7: v5.17 has no PG_anon_exclusive",
        "base: S3;hunks: {add: [E1]} | my.yaml:2:15: S3 has the hunk (E1) page_try_share_anon_rmap, S3, already",
        "base: S2;hunks: {drop: [E1]} | S2 has no hunk (E1) page_try_share_anon_rmap, S3, to drop",
        "base: S3;hunks: {drop: [G1]} | (G1) ",
        "base: S2;hunks: {add: [E1, E1]} | my.yaml:2:19: this is there twice",
        "base: seed;move: [{hunk: F8, after: F9}] | my.yaml:2:8: the model cannot move (F8) after (F9), but after (F11)",
        "base: seed;move: [{hunk: FT1, after: F9}] | the model cannot move (FT1); it can move (F8) after (F11),",
        "base: seed;move: [{hunk: F8}] | my.yaml:2:8: expected 'after', found none",
        "base: seed;fences: {drop: [F8]} | my.yaml:2:17: (F8) free_pages_prepare, S1, ",
        "base: S3;fences: {drop: [F9]} | (F9) is in free_pages_prepare, S1, not in S3",
        "base: S3-without-M1;fences: {drop: [G12]} | S3-without-M1 has that already",
        "base: seed;fences: {replace: [{at: F9, fence: wmb}]} | (F9) has wmb() already",
        "base: seed;fences: {replace: [{at: F9, fence: smp_wmp}]} | unknown fence 'smp_wmp'; did you mean 'smp_wmb'",
        "base: seed;fences: {replace: [{at: F9, fence: synchronize_rcu}]} | synchronize_rcu waits for sections",
        "base: seed;fences: {drop: [F9], replace: [{at: F9, fence: smp_wmb}]} | the fence of (F9) is dropped",
        "base: seed;fences: {insert: [{fence: smp_wmb}]} | expected 'before' or 'after', and 'fence'",
        "base: seed;fences: {insert: [{after: T2, fence: rcu_read_lock}]} | unknown fence 'rcu_read_lock'",
        "base: S3;rechecks: {drop: [G12]} | there is no second look",
        "base: S3;locks: {drop: [G12]} | there is no lock",
        "base: S3;atomic: [G12] | there is no bit operation that is not atomic",
        "base: S3;nonatomic: [F13] | there is no atomic bit operation that returns nothing",
        "base: S3;mark: [G18] | there is no access that is plain in the source",
        "base: S3;unmark: [F11] | there is no READ_ONCE or WRITE_ONCE",
        "base: S3;name: S2 | my.yaml:2:7: 'S2' is the name of a patch that makes something else",
        "base: S3;name: a/b | expected a name of at most 80 letters, digits and . _ + -, found 'a/b'",
        "base: S3;name: &a x;title: *a | my.yaml:3:8: an alias (*) means nothing here; write it out",
        "base: S3;mark: [[[[[[[[[]]]]]]]]] | this is deeper than any variant goes",
        "base: S3;<<: {} | my.yaml:2:1: unknown key '<<'",
        "base: {S3 | my.yaml:",
        "base: 'S3 | my.yaml:",
        "@ | my.yaml:1:1: expected YAML, found that ",
      })
  void whatIsWrongIsNamedWithItsPlace(String text, String complaint) {
    String message = complaint(text.replace(';', '\n').getBytes(UTF_8));
    assertTrue(message.contains(complaint), message);
  }

  @Test
  void whatIsNoVariantIsNamed() {
    assertEquals(
        "my.yaml:1:1: expected a variant, such as 'base: S3', found nothing",
        complaint(new byte[0]));
    assertEquals(
        "my.yaml:1:1: expected a variant, such as 'base: S3', found nothing",
        complaint("# only a comment\n".getBytes(UTF_8)));
    assertEquals(
        "my.yaml:2:8: expected text in UTF-8, found the byte 0xE9",
        complaint("base: S3\ntitle: \u00e9t\u00e9\n".getBytes(ISO_8859_1)));
    assertEquals(
        "my.yaml:2:8: expected text, found the character U+0000",
        complaint("base: S3\ntitle: \0".getBytes(UTF_8)));
    assertEquals(
        "my.yaml: expected a variant file of at most 1,048,576 bytes, found more",
        complaint(new byte[2 << 20]));
    assertTrue(complaint("base: S3\n---\nbase: S2\n".getBytes(UTF_8)).startsWith("my.yaml:2:1: "));
  }

  /** Each anchor ten times the one before: not read at all. */
  @Test
  void aliasesThatGrowAreRefused() {
    StringBuilder bomb = new StringBuilder("base: S3\nmark: &a0 [T2]\n");
    for (int i = 1; i < 20; i++) {
      bomb.append("a%d: &a%<d [%s]\n".formatted(i, "*a%d, ".formatted(i - 1).repeat(10)));
    }
    assertTrue(
        complaint(bomb.toString().getBytes(UTF_8))
            .startsWith("my.yaml:3:10: an alias (*) means nothing here"));
  }

  @Test
  void nothingIsCheckedOfWhatWasPrinted() {
    Patch odd = new Patch("odd", "odd", KernelState.S3, ImmutableList.of(new Edit.DropFence("F8")));
    assertEquals(odd, VariantReader.reread("-", VariantText.print(odd)));
    assertFalse(KnownPatches.isKnown(odd));
  }
}

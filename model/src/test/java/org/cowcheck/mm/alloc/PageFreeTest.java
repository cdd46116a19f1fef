package org.cowcheck.mm.alloc;

import static org.cowcheck.mm.PageFlag.PG_HWPOISON;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SLAB;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What put_page() leaves behind, and in which order the seed stores. */
final class PageFreeTest {
  private final Memory memory = new Memory();

  private static Kernel kernel(KernelState state, Edit... edits) {
    return new Kernel(
        new Patch("p", "", state, ImmutableList.copyOf(edits)), Platform.GENERIC, Accesses.MARKED);
  }

  private Page page(KernelState state, long flags, long refcount) {
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(Kernels.of(state))) : 0;
    return new Page(memory, "page", flags | exclusive, Page.ANON_VMA, refcount, -1);
  }

  private PageFree free(Kernel kernel) {
    return new PageFree(kernel, memory.spinlock("lruvec.lock"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theLastReferenceFreesThePageAndLeavesItClean(KernelState state) {
    Page page = page(state, bit(PG_LRU), 1);
    HardwareCpu cpu = new HardwareCpu();
    assertTrue(free(kernel(state)).putPage(kernel(state).boot(cpu), page));
    assertEquals(0, HardwareCpu.finalValue(page.flags()));
    assertEquals(0, HardwareCpu.finalValue(page.mapping()));
    assertEquals(0, HardwareCpu.finalValue(page.refcount()));
    assertEquals(ImmutableList.of(), cpu.notes());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anotherReferenceKeepsThePage(KernelState state) {
    Page page = page(state, bit(PG_LRU), 2);
    assertFalse(free(kernel(state)).putPage(kernel(state).boot(new HardwareCpu()), page));
    assertEquals(Page.ANON_VMA, HardwareCpu.finalValue(page.mapping()));
    assertEquals(1, HardwareCpu.finalValue(page.refcount()));
  }

  @Test
  void aPoisonedPageKeepsExclusiveFlagAndMappingUnderTheSeed() {
    Page page = page(KernelState.S1, bit(PG_HWPOISON), 1);
    Kernel kernel = kernel(KernelState.S1);
    assertFalse(free(kernel).putPage(kernel.boot(new HardwareCpu()), page));
    assertEquals(bit(PG_HWPOISON) | bit(PG_SLAB), HardwareCpu.finalValue(page.flags()));
    assertEquals(Page.ANON_VMA, HardwareCpu.finalValue(page.mapping()));
  }

  @Test
  void theSeedWithoutItsClearingFreesABadPage() {
    Page page = page(KernelState.S1, 0, 1);
    Kernel kernel = kernel(KernelState.S1, new Edit.DropHunk("F8"));
    HardwareCpu cpu = new HardwareCpu();
    free(kernel).putPage(kernel.boot(cpu), page);
    assertEquals(Note.BUG, cpu.notes().get(0).name());
  }

  @Test
  void theSeedClearsTheFlagThenFencesThenResetsTheMapping() {
    assertEquals(
        List.of("F8 store flags", "F9 wmb", "F11 store mapping"), interesting(KernelState.S1));
  }

  @ParameterizedTest
  @EnumSource(
      value = KernelState.class,
      names = {"S0", "S2", "S3"})
  void otherStatesResetTheMappingWithoutAFence(KernelState state) {
    assertEquals(List.of("F11 store mapping"), interesting(state));
  }

  /** The stores from F8 to F11 and the fences, by step and word. */
  private List<String> interesting(KernelState state) {
    Page page = page(state, 0, 1);
    RecordingCpu cpu = new RecordingCpu();
    free(kernel(state)).putPage(kernel(state).boot(cpu), page);
    return cpu.log().stream()
        .filter(line -> line.matches("F(8|9|10|11) .*(store|wmb).*"))
        .map(line -> line.replaceAll("store ONCE page\\.(\\w+)=.*", "store $1"))
        .toList();
  }

  @Test
  void freshWordsKeepTheirNames() {
    Page page = page(KernelState.S1, 0, 1);
    assertEquals(
        List.of(
            "page.flags", "page.mapping", "page.compound_head", "page._refcount", "page._mapcount"),
        List.of(page.flags(), page.mapping(), page.compoundHead(), page.refcount(), page.mapcount())
            .stream()
            .map(Word::name)
            .toList());
  }
}

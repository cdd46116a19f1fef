package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import java.util.List;
import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;

/** One mm with one entry, which maps an exclusive anonymous page, and one CPU: for tests. */
public final class OneEntry {
  public final Kernel kernel;
  public final Memory memory = new Memory();
  public final Page page;
  public final Page spare = Page.free(memory, "spare");
  public final Mm mm;
  public final PageTable table = PageTable.of(memory, "mm", 0);
  public final PageTable childTable = PageTable.of(memory, "child", 0);
  public final SwapSlot slot = SwapSlot.free(memory);
  public final PageFree free;
  public final RecordingCpu engine = new RecordingCpu();

  /** The page has so many references, one of which is the entry's; the mm has pinned before. */
  public OneEntry(KernelState state, long references) {
    this(state, references, true);
  }

  public OneEntry(KernelState state, long references, boolean hasPinned) {
    this(new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED), references, hasPinned);
  }

  /** The same under a patched kernel. */
  public OneEntry(Patch patch, long references) {
    this(new Kernel(patch, Platform.GENERIC, Accesses.MARKED), references, true);
  }

  /** The same under any kernel. */
  public OneEntry(Kernel kernel, long references) {
    this(kernel, references, true);
  }

  private OneEntry(Kernel kernel, long references, boolean hasPinned) {
    this.kernel = kernel;
    KernelState state = kernel.state();
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(Kernels.of(state))) : 0;
    page =
        new Page(
            memory,
            "page",
            bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive,
            Page.ANON_VMA,
            references,
            0);
    mm = new Mm(memory, "mm", hasPinned);
    free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    set(page.contents(), 7);
    set(table.pte(), Pte.writable(page));
  }

  /** The CPU that runs the kernel. */
  public Cpu cpu() {
    return kernel.boot(engine);
  }

  /** The same, but another CPU does something right before a step. */
  public Cpu cpuMeddledWithAt(String step, Runnable meddling) {
    return kernel.boot(
        new ForwardingCpu(engine) {
          @Override
          public Cpu at(Step next) {
            if (next.label().equals(step)) {
              meddling.run();
            }
            return super.at(next);
          }
        });
  }

  public OneEntry readOnly() {
    set(table.pte(), Pte.readOnly(page));
    return this;
  }

  /** The page is no longer exclusive; nothing to do in S0. */
  public OneEntry shared() {
    if (kernel.state().hasAnonExclusive()) {
      set(page.flags(), value(page.flags()) & ~bit(PageFlag.anonExclusive(kernel)));
    }
    return this;
  }

  public static void set(Word word, long value) {
    new RecordingCpu().WRITE_ONCE(word, value);
  }

  public static long value(Word word) {
    return HardwareCpu.finalValue(word);
  }

  public long pte() {
    return value(table.pte());
  }

  public long childPte() {
    return value(childTable.pte());
  }

  public long references() {
    return value(page.refcount());
  }

  public static boolean has(Page page, int flag) {
    return (value(page.flags()) & bit(flag)) != 0;
  }

  public boolean isExclusive(Page which) {
    return has(which, PageFlag.anonExclusive(kernel));
  }

  public boolean hasExclusive() {
    return kernel.state().hasAnonExclusive();
  }

  public boolean noted(String name, long value) {
    return engine.log().stream().anyMatch(line -> line.endsWith("note " + name + ' ' + value));
  }

  public boolean bug() {
    return noted(Note.BUG, 0);
  }

  /**
   * What the CPU did in the steps named by a regular expression, without dependencies and notes.
   */
  public List<String> did(String steps) {
    UnaryOperator<String> plain = line -> line.replaceAll(" (addr|data) \\d+", "");
    return engine.log().stream()
        .filter(line -> line.matches("(" + steps + ") (?!note ).*"))
        .map(plain)
        .toList();
  }
}

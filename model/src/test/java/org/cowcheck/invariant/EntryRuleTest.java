package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.function.LongPredicate;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.junit.jupiter.api.Test;

/** A rule holds at the end and at each instant at which nobody holds the lock of the table. */
final class EntryRuleTest {
  private final Memory memory = new Memory();
  private final Page page = Page.free(memory, "page");
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final Invariant rule =
      EntryRule.always("not a migration entry", table, (instant, entry) -> Pte.isMigration(entry));

  private OneValue at(long pte, long lock) {
    return new OneValue(
        0, ImmutableMap.of(table.pte(), pte, table.lock().word(), lock), ImmutableList.<Note>of());
  }

  private final OneValue good = at(Pte.migration(page, 0), Spinlock.UNLOCKED);
  private final OneValue bad = at(0, Spinlock.UNLOCKED);
  private final OneValue badButHeld = at(0, Spinlock.UNLOCKED + 1);

  /** An end that went through instants. */
  private record WithInstants(OneValue last, ImmutableList<Instant> before) implements End {
    @Override
    public long value(Word word) {
      return last.value(word);
    }

    @Override
    public long returned(int cpu) {
      return last.returned(cpu);
    }

    @Override
    public ImmutableList<Note> notes(int cpu) {
      return last.notes(cpu);
    }

    @Override
    public int cpus() {
      return last.cpus();
    }

    @Override
    public ImmutableList<Instant> instants(ImmutableSet<Word> locks) {
      return before;
    }

    @Override
    public boolean atSomeInstant(int cpu, Word word, LongPredicate condition) {
      return last.atSomeInstant(cpu, word, condition);
    }
  }

  @Test
  void aRuleHoldsAtTheEnd() {
    assertEquals(true, rule.holds().test(good));
    assertEquals(false, rule.holds().test(bad));
    assertEquals("mm.pte", rule.where().apply(bad));
  }

  @Test
  void aRuleHoldsAtEachInstant() {
    End end = new WithInstants(good, ImmutableList.of(good, bad));
    assertEquals(false, rule.holds().test(end));
    assertEquals(true, rule.holds().test(new WithInstants(good, ImmutableList.of(good))));
  }

  @Test
  void anInstantInsideASectionIsLeftOut() {
    assertEquals(true, rule.holds().test(new WithInstants(good, ImmutableList.of(badButHeld))));
    assertEquals(true, rule.holds().test(badButHeld));
  }
}

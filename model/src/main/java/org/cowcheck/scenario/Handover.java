package org.cowcheck.scenario;

import java.util.function.LongSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;

/**
 * One CPU lets another go on, by store-release and load-acquire, as an object or a message is
 * handed over. What the other does then is a call that the first CPU's earlier stores happen
 * before.
 */
final class Handover {
  static final Steps STEPS = new Steps("a handover between users");

  /** What {@link #call} returns when nothing was handed over. */
  static final long NOTHING = 2;

  private static final Step GIVE =
      STEPS.step("O1", "user of the page", "hand it over: store-release");
  private static final Step TAKE =
      STEPS.step("O2", "user of the page", "was it handed over? load-acquire");

  private Handover() {}

  /** Hands over. */
  static void give(Cpu cpu, Word word) {
    cpu.at(GIVE).smp_store_release(word, 1);
  }

  /** Whether it was handed over. */
  static boolean isGiven(Cpu cpu, Word word) {
    return cpu.at(TAKE).smp_load_acquire(word) != 0;
  }

  /** Makes a call, between its notes, if something was handed over. */
  static long call(Cpu cpu, Word word, LongSupplier call) {
    if (!isGiven(cpu, word)) {
      return NOTHING;
    }
    cpu.note(Note.CALL, 0);
    long returned = call.getAsLong();
    cpu.note(Note.RETURN, 0);
    return returned;
  }
}

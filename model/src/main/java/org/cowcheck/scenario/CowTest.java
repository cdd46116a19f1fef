package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.patch.Patch;
import org.cowcheck.user.PageOwner;

/**
 * A test case of the matrix: what parent and child do, and what each compares.
 *
 * <p>The test suite lets parent and child wait for each other before each action. Here they run at
 * the same time once the parent has forked, and the order of the suite is one of many; only where
 * that is too much for the kind of memory ({@link CowMemory#isInOrder}), they wait as there.
 *
 * @param id as names of scenarios have it
 * @param title as reports have it
 * @param story what happens where it goes wrong
 * @param broken what a report says of an execution in which a comparison fails
 * @param patches those that bear on it
 * @param parent what the parent does, from the start
 * @param child what the child does once it runs, if there is one
 */
record CowTest(
    String id,
    String title,
    String story,
    String broken,
    ImmutableList<Patch> patches,
    Parent parent,
    Optional<Child> child) {
  /** What a program returns if it was not run. */
  static final long NOT_RUN = 0;

  /** What a program returns if all that it compared was the same. */
  static final long PASSED = 1;

  /** What a program returns if something that it compared was not the same. */
  static final long FAILED = 2;

  /** What a program returns if a write was not permitted or a page could not be taken. */
  static final long REFUSED = 3;

  /** What whoever writes writes. */
  static final long AFTER = 2;

  /** The program of the parent. */
  interface Parent {
    long run(Cpu cpu, PageOwner task, CowProcesses processes);
  }

  /** The program of the child. */
  interface Child {
    long run(Cpu cpu, PageOwner task, CowProcesses processes);
  }

  /** All test cases, in the order of the suite. */
  static ImmutableList<CowTest> all() {
    return ImmutableList.<CowTest>builder()
        .addAll(CowWrites.ALL)
        .addAll(CowSplices.ALL)
        .addAll(CowPins.ALL)
        .build();
  }

  /** What a process returns that has compared. */
  static long same(boolean same) {
    return same ? PASSED : FAILED;
  }

  /** What a process returns that has nothing to compare but to write. */
  static long permitted(boolean permitted) {
    return permitted ? PASSED : REFUSED;
  }

  /** The child loads from its memory before and after the parent's turn. */
  static long readTwice(Cpu cpu, PageOwner task, CowProcesses processes) {
    long first = task.read();
    processes.childIsReady(cpu);
    if (!processes.isParentReady(cpu)) {
      return NOT_RUN;
    }
    long second = task.read();
    return first == UserAccess.SEGV || second == UserAccess.SEGV
        ? REFUSED
        : same(first == CowMemory.BEFORE && second == CowMemory.BEFORE);
  }
}

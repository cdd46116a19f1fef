package org.cowcheck.hunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.cowcheck.ablation.Column;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Plan;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hunt answers each program once, runs what is not known yet, and finds what is planted. */
final class HuntTest {
  private static final Column SC = new Column("sc", Platform.GENERIC);
  private static final Column LKMM = new Column("lkmm", Platform.GENERIC);
  private static final Column TSO = new Column("tso", Platform.X86);
  private static final ImmutableList<Column> ALL = ImmutableList.of(TSO, LKMM, SC);

  /** fork() without write_protect_seq: GUP-fast may pin what it shares. */
  private static final String RACY = "S2-without-write-protect-seq";

  @TempDir private Path directory;

  private static Quarry quarry(String patch, int ops, List<Column> columns, Operation... paths) {
    return quarry(patch, ops, columns, Plan.Shard.WHOLE, paths);
  }

  private static Quarry quarry(
      String patch, int ops, List<Column> columns, Plan.Shard shard, Operation... paths) {
    Patch kernel =
        Patches.all().stream().filter(one -> one.name().equals(patch)).findFirst().orElseThrow();
    return new Quarry(
        new Enumeration(
            ImmutableSet.of(Start.EXCLUSIVE),
            Sets.immutableEnumSet(List.of(paths)),
            kernel,
            ImmutableSortedSet.of(1, 2),
            ops),
        kernel,
        patch,
        ImmutableList.copyOf(columns),
        10_000,
        OptionalInt.empty(),
        shard);
  }

  private static Quarry racyPairs() {
    return quarry(
        RACY,
        2,
        ImmutableList.of(SC, LKMM),
        Operation.FORK,
        Operation.PIN_FAST_WRITE,
        Operation.READ);
  }

  private static Bag run(Quarry quarry, int threads) throws IOException, InterruptedException {
    return new Hunt(quarry, Optional.empty(), () -> false, new Hunt.Onlooker() {}).run(threads);
  }

  private static List<String> violated(Bag bag) {
    return bag.violations().stream()
        .map(
            one -> one.program() + " " + one.cell().model() + (one.inherited() ? " inherited" : ""))
        .toList();
  }

  /** All that is to be the same whenever and however it is found. */
  private static String answers(Bag bag) {
    return bag.sizes()
        + "\n"
        + bag.violations().stream()
            .map(one -> one.cell() + " " + one.inherited() + " " + one.broken())
            .toList()
        + "\n"
        + bag.answers().stream()
            .map(
                done ->
                    String.join(
                        " ", done.cell(), done.verdict(), done.executions() + "", done.stopped()))
            .toList();
  }

  private static long count(Bag bag, Column column, Fate fate) {
    return bag.sizes().stream()
        .flatMap(size -> size.columns().stream())
        .filter(fates -> fates.column().equals(column))
        .mapToLong(fates -> fates.count(fate))
        .sum();
  }

  @Test
  void aDroppedSequenceCountIsFound() throws IOException, InterruptedException {
    Bag bag = run(quarry(RACY, 1, ALL, Operation.FORK, Operation.PIN_FAST_WRITE), 1);
    assertEquals(
        ImmutableList.of(
            "exclusive:fork:pin-fast-write sc",
            "exclusive:fork:pin-fast-write tso",
            "exclusive:fork:pin-fast-write lkmm inherited"),
        violated(bag));
    assertEquals(0, bag.left());
    assertTrue(bag.violations().get(0).broken().startsWith("a pinned page lost its exclusivity"));
  }

  /** The barriers that 088b8aa537c2 adds are not in S2. */
  @Test
  void aMissingBarrierIsFoundWhereThereIsReordering() throws IOException, InterruptedException {
    Bag bag = run(quarry("S2", 1, ALL, Operation.FORK, Operation.PIN_FAST_WRITE), 1);
    assertEquals(ImmutableList.of("exclusive:fork:pin-fast-write lkmm"), violated(bag));
  }

  @Test
  void withBarriersAndSequenceCountThereIsNothing() throws IOException, InterruptedException {
    Bag bag = run(quarry("S3", 1, ALL, Operation.FORK, Operation.PIN_FAST_WRITE), 1);
    assertEquals(ImmutableList.of(), violated(bag));
    assertEquals(4, count(bag, LKMM, Fate.SAFE));
  }

  @Test
  void aDroppedRecheckIsFound() throws IOException, InterruptedException {
    Bag bag =
        run(
            quarry(
                "S3-without-replace-page-pte-same",
                1,
                ImmutableList.of(SC),
                Operation.KSM_MERGE,
                Operation.READ,
                Operation.WRITE),
            1);
    assertEquals(ImmutableList.of("exclusive:write:ksm-merge sc"), violated(bag));
  }

  @Test
  void whatContainsAViolatedProgramIsNotRun() throws IOException, InterruptedException {
    Bag bag =
        run(
            quarry(
                RACY,
                2,
                ImmutableList.of(SC),
                Operation.FORK,
                Operation.PIN_FAST_WRITE,
                Operation.UNPIN),
            1);
    assertEquals(ImmutableList.of("exclusive:fork:pin-fast-write sc"), violated(bag));
    // pin+unpin:fork, fork+pin:pin and the like
    List<String> run = bag.answers().stream().map(Entry.CellDone::cell).toList();
    assertTrue(run.stream().noneMatch(cell -> cell.contains("pin-fast-write+unpin:fork ")));
    assertTrue(run.stream().anyMatch(cell -> cell.contains("fork+pin-fast-write ")));
    assertTrue(count(bag, SC, Fate.CONTAINING) > 0);
    assertEquals(0, bag.left());
  }

  @Test
  void independentProgramsAreCountedAndNotRun() throws IOException, InterruptedException {
    Bag bag = run(quarry("S3", 1, ALL, Operation.READ, Operation.PAGE_SLAB), 1);
    // read:read and read:pageslab; there is one reader at most
    assertEquals(2, count(bag, TSO, Fate.INDEPENDENT));
    assertEquals(2, count(bag, TSO, Fate.SAFE));
    assertEquals(6, bag.answers().size());
  }

  @Test
  void aBoundMakesAnUnknown() throws IOException, InterruptedException {
    Quarry whole = quarry("S3", 1, ImmutableList.of(SC), Operation.PIN_FAST_WRITE);
    Bag bag =
        run(
            new Quarry(
                whole.programs(),
                whole.patch(),
                whole.patchArgument(),
                whole.columns(),
                41,
                OptionalInt.empty(),
                whole.shard()),
            1);
    assertEquals(1, count(bag, SC, Fate.UNKNOWN));
    assertEquals("--max-executions 41", bag.answers().get(1).stopped());
  }

  @Test
  void oneThreadAndTwoFindTheSame() throws IOException, InterruptedException {
    Quarry quarry = racyPairs();
    String one = answers(run(quarry, 1));
    assertEquals(one, answers(run(quarry, 2)));
    assertTrue(one.contains("Sometimes"));
  }

  /** And what they find among interleavings is found by the whole exploration, under SC. */
  @Test
  void oneThreadAndTwoFindTheSameAmongInterleavings() throws IOException, InterruptedException {
    Quarry whole =
        quarry(
            RACY,
            1,
            ImmutableList.of(SC),
            Operation.FORK,
            Operation.PIN_FAST_WRITE,
            Operation.READ);
    Quarry few =
        new Quarry(
            whole.programs(),
            whole.patch(),
            whole.patchArgument(),
            whole.columns(),
            whole.maxExecutions(),
            OptionalInt.of(1),
            whole.shard());
    Bag one = run(few, 1);
    assertEquals(answers(one), answers(run(few, 2)));
    assertEquals(violated(run(whole, 1)), violated(one));
    assertEquals(1, one.violations().size());
  }

  /** Ends a hunt again and again, so many programs after it has begun. */
  @Test
  void aHuntThatIsEndedGoesOn() throws IOException, InterruptedException {
    Quarry quarry = racyPairs();
    Bag whole = run(quarry, 1);
    List<String> begun = Collections.synchronizedList(new ArrayList<>());
    int ends = 0;
    Bag bag = hunt(quarry, 3, begun);
    while (bag.left() > 0) {
      ends++;
      bag = hunt(quarry, 3 + 3 * ends, begun);
    }
    assertTrue(ends > 2, "it was ended " + ends + " times");
    assertEquals(answers(whole), answers(bag));
    JournalContents contents = JournalContents.read(directory.resolve(Journal.FILE));
    assertEquals(1, contents.runs().size());
    List<Entry.Key> cells =
        contents.entries().stream()
            .filter(Entry.CellDone.class::isInstance)
            .map(entry -> ((Entry.CellDone) entry).key())
            .toList();
    assertEquals(cells.stream().distinct().toList(), cells, "a program was run twice");
  }

  private Bag hunt(Quarry quarry, int programs, List<String> begun)
      throws IOException, InterruptedException {
    AtomicInteger ended = new AtomicInteger();
    try (Journal journal = Journal.open(directory)) {
      return new Hunt(
              quarry,
              Optional.of(journal),
              () -> ended.get() >= programs,
              new Hunt.Onlooker() {
                @Override
                public void begins(ClientProgram program) {
                  begun.add(program.toString());
                }

                @Override
                public void ends(ClientProgram program, boolean isAnswered) {
                  ended.incrementAndGet();
                }
              })
          .run(2);
    }
  }

  /** What a hunt in few programs has found is there for one in more. */
  @Test
  void aLargerHuntGoesOnWhereASmallerHasEnded() throws IOException, InterruptedException {
    Quarry small = quarry(RACY, 1, ImmutableList.of(SC), Operation.FORK, Operation.PIN_FAST_WRITE);
    Quarry large =
        quarry(
            RACY,
            1,
            ImmutableList.of(SC),
            Operation.FORK,
            Operation.PIN_FAST_WRITE,
            Operation.READ);
    hunt(small, 100, new ArrayList<>());
    Bag bag = hunt(large, 100, new ArrayList<>());
    assertEquals(answers(run(large, 1)), answers(bag));
    assertEquals(1, JournalContents.read(directory.resolve(Journal.FILE)).runs().size());
  }

  /** Answers of another kernel are not taken for those of this one. */
  @Test
  void anotherPatchIsAnotherRun() throws IOException, InterruptedException {
    List<Column> sc = ImmutableList.of(SC);
    hunt(quarry("S2", 1, sc, Operation.FORK, Operation.PIN_FAST_WRITE), 100, new ArrayList<>());
    Bag bag =
        hunt(quarry(RACY, 1, sc, Operation.FORK, Operation.PIN_FAST_WRITE), 100, new ArrayList<>());
    assertEquals(2, bag.run());
    assertEquals(1, bag.violations().size());
  }

  @Test
  void shardsShareThePrograms() throws IOException, InterruptedException {
    Operation[] paths = {Operation.FORK, Operation.PIN_FAST_WRITE, Operation.READ};
    List<Column> sc = ImmutableList.of(SC);
    long programs = 0;
    List<String> violated = new ArrayList<>();
    for (int part = 1; part <= 3; part++) {
      Bag bag = run(quarry(RACY, 1, sc, new Plan.Shard(part, 3), paths), 1);
      programs += bag.sizes().stream().mapToLong(Bag.OfSize::programs).sum();
      violated.addAll(violated(bag));
    }
    Bag whole = run(quarry(RACY, 1, sc, paths), 1);
    assertEquals(whole.sizes().stream().mapToLong(Bag.OfSize::programs).sum(), programs);
    assertEquals(violated(whole), violated);
  }
}

package org.cowcheck.hunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Iterators;
import com.google.common.collect.Lists;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs are enumerated in order of size, each once up to renaming, and none is left out. */
final class EnumerationTest {

  private static Enumeration enumeration(
      Start start, Set<Operation> operations, Patch patch, int cpus, int ops) {
    return new Enumeration(
        ImmutableSet.of(start),
        Sets.immutableEnumSet(operations),
        patch,
        ImmutableSortedSet.of(1, cpus),
        ops);
  }

  private static ImmutableList<ClientProgram> all(Enumeration enumeration) {
    return enumeration.sizes().stream()
        .flatMap(size -> ImmutableList.copyOf(enumeration.ofSize(size)).stream())
        .collect(ImmutableList.toImmutableList());
  }

  /** All lists of operations for every CPU, one of each class of those that are sensible. */
  private static Set<ClientProgram> byForce(
      Start start, Set<Operation> operations, Patch patch, Set<Integer> cpus, int ops) {
    List<List<Operation>> ofOne = new ArrayList<>();
    for (int length = 1; length <= ops; length++) {
      ofOne.addAll(Lists.cartesianProduct(Collections.nCopies(length, List.copyOf(operations))));
    }
    Set<ClientProgram> found = new HashSet<>();
    for (int count : cpus) {
      for (List<List<Operation>> tuple :
          Lists.cartesianProduct(Collections.nCopies(count, ofOne))) {
        ClientProgram program =
            new ClientProgram(
                start,
                tuple.stream().map(ImmutableList::copyOf).collect(ImmutableList.toImmutableList()));
        boolean has = Operation.of(start, patch).containsAll(program.operations());
        if (has && program.isSensible()) {
          found.add(program.canonical());
        }
      }
    }
    return found;
  }

  private static void assertComplete(
      Start start, Set<Operation> operations, Patch patch, int cpus, int ops) {
    ImmutableList<ClientProgram> found = all(enumeration(start, operations, patch, cpus, ops));
    Set<ClientProgram> expected = byForce(start, operations, patch, Set.of(1, cpus), ops);
    assertTrue(!expected.isEmpty(), "nothing is compared");
    Set<ClientProgram> canonical =
        found.stream().map(ClientProgram::canonical).collect(Collectors.toSet());
    assertEquals(Set.of(), Sets.difference(expected, canonical).immutableCopy(), "left out");
    assertEquals(Set.of(), Sets.difference(canonical, expected).immutableCopy(), "too many");
    assertEquals(expected.size(), found.size(), "a program comes twice");
    Enumeration enumeration = enumeration(start, operations, patch, cpus, ops);
    for (int size : enumeration.sizes()) {
      assertEquals(
          Iterators.size(enumeration.ofSize(size)), enumeration.count(size), "size " + size);
    }
    assertTrue(
        found.stream()
            .map(ClientProgram::size)
            .sorted()
            .toList()
            .equals(found.stream().map(ClientProgram::size).toList()),
        "a smaller program comes after a larger one");
  }

  @ParameterizedTest
  @EnumSource(Start.class)
  void twoCpusWithOneOperationOfAll(Start start) {
    assertComplete(start, EnumSet.allOf(Operation.class), Patch.of(KernelState.S3), 2, 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Start.class,
      names = {"EXCLUSIVE", "SHARED", "PMD_SHARED"})
  void twoCpusWithUpToTwoOperations(Start start) {
    assertComplete(
        start,
        EnumSet.of(
            Operation.FORK,
            Operation.READ,
            Operation.WRITE,
            Operation.CHILD_READ,
            Operation.CHILD_WRITE,
            Operation.PIN_FAST_WRITE,
            Operation.UNPIN,
            Operation.UNSHARE,
            Operation.PAGE_SLAB),
        Patch.of(KernelState.S3),
        2,
        2);
  }

  @Test
  void twoCpusWithUpToThreeOperations() {
    assertComplete(
        Start.FREE,
        EnumSet.of(Operation.ALLOC_SLAB, Operation.FREE_SLAB, Operation.PAGE_SLAB),
        Patch.of(KernelState.S1),
        2,
        3);
    assertComplete(
        Start.SHARED,
        EnumSet.of(Operation.READ, Operation.CHILD_READ, Operation.CHILD_ZAP),
        Patch.of(KernelState.S3),
        2,
        3);
  }

  @Test
  void threeCpus() {
    assertComplete(
        Start.SHARED,
        EnumSet.of(Operation.READ, Operation.CHILD_READ, Operation.ZAP, Operation.KPAGEFLAGS),
        Patch.of(KernelState.S3),
        3,
        1);
    assertComplete(
        Start.JUST_FREED,
        EnumSet.of(Operation.PUT, Operation.ALLOC_ANON, Operation.PAGE_SLAB),
        Patch.of(KernelState.S3),
        3,
        2);
  }

  /** Renamed programs are one: a CPU that reads and one that writes, of two processes. */
  @Test
  void twoProcessesThatSharePagesAreAlike() {
    assertEquals(
        ImmutableList.of("shared:read", "shared:read:read", "shared:read:child-read"),
        all(
                enumeration(
                    Start.SHARED,
                    EnumSet.of(Operation.READ, Operation.CHILD_READ),
                    Patch.of(KernelState.S3),
                    2,
                    1))
            .stream()
            .map(ClientProgram::toString)
            .toList());
  }

  @Test
  void thatOneProcessZapsIsFoundIfTheOtherMayNot() {
    assertEquals(
        ImmutableList.of("shared:child-zap", "shared:child-zap:child-zap"),
        all(
                enumeration(
                    Start.SHARED, EnumSet.of(Operation.CHILD_ZAP), Patch.of(KernelState.S3), 2, 1))
            .stream()
            .map(ClientProgram::toString)
            .toList());
  }

  @Test
  void anOperationThatAKernelLacksIsLeftOut() {
    Set<Operation> unshare = EnumSet.of(Operation.UNSHARE);
    assertEquals(0, enumeration(Start.SHARED, unshare, Patch.of(KernelState.S0), 2, 1).count(1));
    assertEquals(1, enumeration(Start.SHARED, unshare, Patch.of(KernelState.S1), 2, 1).count(1));
  }

  @ParameterizedTest
  @EnumSource(
      value = Start.class,
      names = {"NEVER_PINNED", "SHARED", "JUST_FREED", "HUGETLB_SHARED"})
  void theCountIsThatOfThePrograms(Start start) {
    Enumeration enumeration =
        enumeration(start, EnumSet.allOf(Operation.class), Patch.of(KernelState.S3), 2, 2);
    for (int size : List.of(1, 2, 3)) {
      assertEquals(
          Iterators.size(enumeration.ofSize(size)), enumeration.count(size), "size " + size);
    }
  }

  @Test
  void largeProgramsAreBegunWithoutMemoryForAll() {
    Enumeration all =
        new Enumeration(
            Sets.immutableEnumSet(EnumSet.allOf(Start.class)),
            Sets.immutableEnumSet(EnumSet.allOf(Operation.class)),
            Patch.of(KernelState.S3),
            ImmutableSortedSet.of(1, 2),
            3);
    assertTrue(all.count(6) > 100_000_000L, () -> all.count(6) + " programs");
    Iterator<ClientProgram> largest = all.ofSize(all.largest());
    Set<String> some =
        Stream.generate(largest::next)
            .limit(1000)
            .map(ClientProgram::toString)
            .collect(Collectors.toSet());
    assertEquals(1000, some.size());
  }
}

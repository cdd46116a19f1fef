package org.cowcheck.client;

import com.google.common.base.Splitter;
import com.google.common.collect.Comparators;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cowcheck.invariant.Liberty;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Setting;

/**
 * A client program: where it starts, and what each CPU does in turn.
 *
 * <p>Its text is the start and, after a colon each, the operations of each CPU: {@code
 * exclusive:fork:pin-fast-write+unpin}. Two programs are the same up to renaming if their CPUs are
 * the same in another order, or if the two processes of a page that is shared change places.
 *
 * @param cpus at least one; each has at least one operation
 */
public record ClientProgram(Start start, ImmutableList<ImmutableList<Operation>> cpus) {
  private static final Comparator<Iterable<Operation>> BY_OPERATIONS =
      Comparators.lexicographical(Comparator.<Operation>naturalOrder());

  private static final Comparator<ImmutableList<Operation>> ORDER =
      Comparator.<ImmutableList<Operation>>comparingInt(List::size)
          .reversed()
          .thenComparing(BY_OPERATIONS);

  /**
   * The program of a text.
   *
   * @throws MalformedProgramException if it is none
   */
  public static ClientProgram parse(String text) {
    List<String> parts = Splitter.on(':').splitToList(text);
    if (parts.size() < 2) {
      throw new MalformedProgramException(
          "expected START:OPERATION+OPERATION:OPERATION, with ':' before each CPU; found '"
              + text
              + "'");
    }
    ClientProgram program =
        new ClientProgram(
            Start.named(parts.get(0)),
            parts.stream()
                .skip(1)
                .map(
                    cpu ->
                        Splitter.on('+')
                            .splitToStream(cpu)
                            .map(Operation::named)
                            .collect(ImmutableList.toImmutableList()))
                .collect(ImmutableList.toImmutableList()));
    String wrong = program.wrong();
    if (!wrong.isEmpty()) {
      throw new MalformedProgramException("program '" + text + "': " + wrong);
    }
    return program;
  }

  /** Whether a text looks like that of a program: names of scenarios have no colon. */
  public static boolean looksLike(String text) {
    return text.indexOf(':') >= 0;
  }

  /** All operations, each once. */
  public ImmutableSet<Operation> operations() {
    return cpus.stream().flatMap(List::stream).collect(Sets.toImmutableEnumSet());
  }

  /** The number of operations of all CPUs. */
  public int size() {
    return cpus.stream().mapToInt(List::size).sum();
  }

  /** Whether every operation has something to do where it stands. */
  public boolean isSensible() {
    return wrong().isEmpty();
  }

  /**
   * What is wrong with the program, or the empty string: an operation that has nothing to do, one
   * that the model has room for once, or a second reader, which sees nothing that it would not see
   * alone.
   */
  private String wrong() {
    Set<String> seen = new HashSet<>();
    for (ImmutableList<Operation> cpu : cpus) {
      String wrong = wrong(cpu);
      if (!wrong.isEmpty()) {
        return wrong;
      }
      for (Operation operation : cpu) {
        String twice = wrongTwice(operation);
        if (!twice.isEmpty() && !seen.add(twice)) {
          return twice;
        }
      }
    }
    return "";
  }

  /**
   * What is wrong with a program that has an operation twice, or another of which the same is to be
   * said, on whatever CPUs; empty if nothing is.
   */
  public static String wrongTwice(Operation operation) {
    return switch (operation) {
      case FORK -> "there is one child at most, so one fork";
      case PUT -> "there is one last reference, so one put";
      case FREE_SLAB -> "a slab page is freed once";
      case MREMAP, UFFD_MOVE -> "there is one address to move to, so one " + operation;
      default -> operation.isReader() ? "a second reader sees what it would see alone" : "";
    };
  }

  private String wrong(ImmutableList<Operation> cpu) {
    boolean pinned = false;
    boolean reads = false;
    boolean looks = false;
    boolean child = start.hasChild();
    boolean childHolds = false;
    boolean slab = start == Start.SLAB;
    boolean mayHoldPage = start == Start.FREE || start == Start.FREE_BLOCK;
    Set<Operation> allocated = EnumSet.noneOf(Operation.class);
    for (Operation operation : cpu) {
      if (!operation.appliesTo(start)) {
        return operation + " has nothing to do with this start";
      }
      if (operation.needsPin() && !pinned) {
        return operation + " needs a pin before it";
      }
      if (operation.isPin() && pinned) {
        return "a CPU has one pin at a time";
      }
      if (operation.isLook() && looks) {
        return "a CPU looks at a page frame once";
      }
      if (operation == Operation.DIO_START && reads) {
        return "a CPU has one read with O_DIRECT at a time";
      }
      if (operation == Operation.DIO_END && !reads) {
        return operation + " needs dio-start before it";
      }
      if (operation.needsChild() && !child) {
        return operation + " needs a child: a fork before it, or a start that has one";
      }
      if (operation == Operation.CHILD_READ_THROUGH && !childHolds) {
        return operation + " needs a reference of the child before it";
      }
      if (operation.isChildReference() && childHolds) {
        return "a child has one reference at a time";
      }
      if (operation == Operation.FREE_SLAB && !slab) {
        return operation + " needs a slab page";
      }
      if (operation.isAllocation() && !mayHoldPage) {
        return operation + " needs a page that this CPU may have freed";
      }
      if ((operation.isAllocation() || operation == Operation.TO_DEVICE)
          && !allocated.add(operation)) {
        return operation + " comes once on a CPU";
      }
      pinned = operation.isPin() || (pinned && operation != Operation.UNPIN);
      reads = operation == Operation.DIO_START || (reads && operation != Operation.DIO_END);
      looks |= operation.isLook();
      child |= operation == Operation.FORK;
      childHolds |= operation.isChildReference();
      slab = operation == Operation.ALLOC_SLAB || (slab && operation != Operation.FREE_SLAB);
      mayHoldPage |= mayFree(operation);
    }
    return "";
  }

  /** What invariants have to bear. */
  ImmutableSet<Liberty> liberties() {
    EnumSet<Liberty> taken = EnumSet.noneOf(Liberty.class);
    for (Operation operation : operations()) {
      if (operation.mayFaultForWriting() || operation == Operation.COLLAPSE || mayFree(operation)) {
        taken.add(Liberty.PAGES_CHANGE);
      }
      if (operation.takesContents()) {
        taken.add(Liberty.CONTENTS_LEAVE);
      }
    }
    return Sets.immutableEnumSet(taken);
  }

  private static boolean mayFree(Operation operation) {
    return switch (operation) {
      case ZAP,
          CHILD_ZAP,
          WRITE,
          WRITE_TWICE,
          CHILD_WRITE,
          UNPIN,
          DIO_END,
          PUT,
          FREE_SLAB,
          SWAP_OUT,
          MIGRATE,
          KSM_MERGE ->
          true;
      default -> false;
    };
  }

  /** The same up to renaming, as the first in order of all that are. */
  public ClientProgram canonical() {
    ClientProgram sorted = new ClientProgram(start, sorted(cpus));
    Optional<ClientProgram> other = mirrored();
    if (other.isEmpty()) {
      return sorted;
    }
    ImmutableList<ImmutableList<Operation>> mirrored = sorted(other.orElseThrow().cpus);
    return Comparators.lexicographical(ORDER).compare(mirrored, sorted.cpus) < 0
        ? new ClientProgram(start, mirrored)
        : sorted;
  }

  /**
   * The same, but the two processes of a page that is shared have changed places; none if an
   * operation is not known of the other process.
   */
  public Optional<ClientProgram> mirrored() {
    return start.hasChild() && operations().stream().allMatch(op -> op.mirrored() != op)
        ? Optional.of(
            new ClientProgram(
                start,
                cpus.stream()
                    .map(
                        cpu ->
                            cpu.stream()
                                .map(Operation::mirrored)
                                .collect(ImmutableList.toImmutableList()))
                    .collect(ImmutableList.toImmutableList())))
        : Optional.empty();
  }

  private static ImmutableList<ImmutableList<Operation>> sorted(
      ImmutableList<ImmutableList<Operation>> cpus) {
    return ImmutableList.sortedCopyOf(ORDER, cpus);
  }

  /** The first CPU that takes a page; -1 if none does. */
  int firstAllocator() {
    for (int cpu = 0; cpu < cpus.size(); cpu++) {
      for (Operation operation : cpus.get(cpu)) {
        if (operation.pages(start.kind()) + operation.blocks(start.kind()) > 0) {
          return cpu;
        }
      }
    }
    return -1;
  }

  /** How often other CPUs zap what one of them has faulted in. */
  int zapsBeside(int cpu) {
    return (int)
        IntStream.range(0, cpus.size())
            .filter(other -> other != cpu)
            .mapToObj(cpus::get)
            .flatMap(List::stream)
            .filter(operation -> operation == Operation.ZAP || operation == Operation.CHILD_ZAP)
            .count();
  }

  /** Whether an operation needs the lock of the anon_vma, because one of another CPU does. */
  boolean isExcluded(int cpu, Operation operation) {
    return IntStream.range(0, cpus.size())
        .filter(other -> other != cpu)
        .anyMatch(other -> cpus.get(other).stream().anyMatch(operation::excludes));
  }

  /** Builds the program's objects and what each CPU runs, in fresh memory, for a kernel. */
  public Setting setting(Kernel kernel, Memory memory) {
    return new ClientSetting(kernel, memory, this).setting();
  }

  /** The text, as {@link #parse} reads it. */
  @Override
  public String toString() {
    return start
        + ":"
        + cpus.stream()
            .map(cpu -> cpu.stream().map(Operation::word).collect(Collectors.joining("+")))
            .collect(Collectors.joining(":"));
  }
}

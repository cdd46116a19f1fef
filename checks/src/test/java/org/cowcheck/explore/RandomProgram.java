package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.cowcheck.explore.Statement.Access;
import org.cowcheck.explore.Statement.Atomic;
import org.cowcheck.explore.Statement.AtomicKind;
import org.cowcheck.explore.Statement.Barrier;
import org.cowcheck.explore.Statement.BitChange;
import org.cowcheck.explore.Statement.Branch;
import org.cowcheck.explore.Statement.Dereference;
import org.cowcheck.explore.Statement.Fenced;
import org.cowcheck.explore.Statement.Load;
import org.cowcheck.explore.Statement.LoadKind;
import org.cowcheck.explore.Statement.Locked;
import org.cowcheck.explore.Statement.Queried;
import org.cowcheck.explore.Statement.Section;
import org.cowcheck.explore.Statement.SectionKind;
import org.cowcheck.explore.Statement.Store;
import org.cowcheck.explore.Statement.StoreKind;
import org.cowcheck.explore.Statement.Tried;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * A small random program over the whole vocabulary of {@link Cpu}, the same for the same seed.
 *
 * <p>Each program draws from a few families of statements only, so that those that work together (a
 * grace period and a section, a lock and a trylock) often meet. The number of accesses is bounded,
 * so that an {@link Enumerator} can cope.
 */
final class RandomProgram {
  /** What a program is made of, besides loads and stores. */
  enum Family {
    ORDERED,
    PLAIN,
    ATOMIC,
    CONDITIONAL,
    BITS,
    FENCE,
    BRANCH,
    POINTER,
    LOCK,
    TRYLOCK,
    RCU,
    IRQ
  }

  private static final ImmutableList<AtomicKind> CONDITIONALS =
      ImmutableList.of(
          AtomicKind.ATOMIC_ADD_UNLESS,
          AtomicKind.ATOMIC_INC_NOT_ZERO,
          AtomicKind.CMPXCHG,
          AtomicKind.CMPXCHG_RELAXED,
          AtomicKind.CMPXCHG_ACQUIRE,
          AtomicKind.CMPXCHG_RELEASE);

  private static final ImmutableList<AtomicKind> BIT_OPERATIONS =
      ImmutableList.of(
          AtomicKind.SET_BIT,
          AtomicKind.CLEAR_BIT,
          AtomicKind.TEST_AND_SET_BIT,
          AtomicKind.TEST_AND_CLEAR_BIT);

  private static final ImmutableList<AtomicKind> OTHERS =
      Arrays.stream(AtomicKind.values())
          .filter(kind -> !CONDITIONALS.contains(kind) && !BIT_OPERATIONS.contains(kind))
          .collect(ImmutableList.toImmutableList());

  private final long seed;
  private final Random random;
  private final EnumSet<Family> families = EnumSet.noneOf(Family.class);
  private final List<Family> drawn = new ArrayList<>();
  private final Memory memory;
  private final List<Word> data = new ArrayList<>();
  private final List<Spinlock> locks = new ArrayList<>();
  private final Word pointer;
  private final List<List<Statement>> cpus = new ArrayList<>();
  private final TestProgram program = TestProgram.program();

  private int budget;
  private int fences;
  private int registers;
  private int depth;

  /**
   * A program.
   *
   * @param always the families of which it surely draws
   * @param others of how many families it draws besides, at least and at most
   * @param cpus the number of CPUs, or 0 for any
   */
  private RandomProgram(long seed, List<Family> always, Range<Integer> others, int cpus) {
    this.seed = seed;
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    memory = program.memory;
    Family[] all = Family.values();
    int least = others.lowerEndpoint();
    for (int i = least + random.nextInt(others.upperEndpoint() - least + 1); i > 0; i--) {
      families.add(all[random.nextInt(all.length)]);
    }
    families.addAll(always);
    drawn.addAll(families);
    int words = 1 + random.nextInt(3);
    for (int i = 0; i < words; i++) {
      data.add(memory.word("xyz".substring(i, i + 1), random.nextInt(4) == 0 ? 1 : 0));
    }
    pointer = memory.word("p", 0);
    int lockCount = has(Family.LOCK) || has(Family.TRYLOCK) ? 1 + random.nextInt(6) / 5 : 0;
    for (int i = 0; i < lockCount; i++) {
      locks.add(memory.spinlock("lock" + i));
    }
    int count = cpus == 0 ? count() : cpus;
    int accesses = 5 + random.nextInt(5);
    for (int cpu = 0; cpu < count; cpu++) {
      budget = (accesses + cpu) / count;
      fences = 2 + random.nextInt(2);
      registers = 0;
      this.cpus.add(body());
    }
    this.cpus.forEach(body -> program.cpu(cpu -> body.forEach(statement -> statement.run(cpu))));
    program.observe(memory.words().toArray(Word[]::new));
  }

  /** The program of a seed. */
  static RandomProgram of(long seed) {
    return new RandomProgram(seed, List.of(), Range.closed(1, 4), 0);
  }

  /** A program of two CPUs with sections, and grace periods that wait for them. */
  static RandomProgram withSections(long seed) {
    Family sections = seed % 2 == 0 ? Family.RCU : Family.IRQ;
    return new RandomProgram(seed, List.of(sections), Range.closed(0, 2), 2);
  }

  /** A program of three or four CPUs that take locks, try them and look at them. */
  static RandomProgram withLocks(long seed) {
    List<Family> locks = List.of(Family.LOCK, Family.TRYLOCK);
    return new RandomProgram(seed, locks, Range.closed(0, 1), seed % 3 == 0 ? 4 : 3);
  }

  private int count() {
    int draw = random.nextInt(20);
    return draw < 10 ? 2 : draw < 18 ? 3 : 4;
  }

  TestProgram program() {
    return program;
  }

  ImmutableList<List<Statement>> cpus() {
    return ImmutableList.copyOf(cpus);
  }

  private boolean has(Family family) {
    return families.contains(family);
  }

  /** Statements, until the CPU's share of accesses is used up or a coin says so. */
  private List<Statement> body() {
    List<Statement> body = new ArrayList<>();
    do {
      body.add(statement());
    } while (budget > 0 && (depth == 0 || random.nextInt(3) > 0));
    return body;
  }

  private List<Statement> nested() {
    depth++;
    List<Statement> body = budget > 0 && random.nextInt(8) > 0 ? body() : List.of();
    depth--;
    return body;
  }

  private Statement statement() {
    Family family = drawn.get(random.nextInt(drawn.size()));
    boolean plainTurn = random.nextInt(3) == 0;
    if (plainTurn) {
      return access(data());
    }
    return switch (family) {
      case FENCE -> fences-- > 0 ? new Fenced(oneOf(List.of(Barrier.values()))) : access(data());
      case BRANCH -> branch();
      case POINTER -> dereference();
      case LOCK -> locked();
      case TRYLOCK -> tried();
      case RCU -> section(SectionKind.RCU_READ, Barrier.SYNCHRONIZE_RCU);
      case IRQ ->
          section(
              SectionKind.LOCAL_IRQ,
              random.nextInt(3) == 0 ? Barrier.SYNCHRONIZE_RCU : Barrier.IPI_SYNC);
      default -> access(data());
    };
  }

  private Word data() {
    return data.get(random.nextInt(data.size()));
  }

  private long value() {
    return 1L + random.nextInt(2);
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Access access(Word word) {
    List<Family> kinds = new ArrayList<>();
    for (Family family : List.of(Family.ATOMIC, Family.CONDITIONAL, Family.BITS)) {
      if (has(family)) {
        kinds.add(family);
      }
    }
    if (!kinds.isEmpty() && random.nextBoolean()) {
      Family kind = oneOf(kinds);
      if (kind == Family.BITS && random.nextInt(3) == 0) {
        budget -= 2;
        return new BitChange(random.nextBoolean(), word, random.nextInt(2));
      }
      return atomic(kind, word);
    }
    budget--;
    if (random.nextBoolean()) {
      return new Load(registers++, loadKind(), word);
    }
    return new Store(storeKind(), word, value());
  }

  private LoadKind loadKind() {
    if (has(Family.PLAIN) && random.nextBoolean()) {
      return LoadKind.READ_PLAIN;
    }
    return has(Family.ORDERED) || random.nextInt(8) == 0
        ? oneOf(
            List.of(
                LoadKind.SMP_LOAD_ACQUIRE,
                LoadKind.ATOMIC_READ_ACQUIRE,
                LoadKind.ATOMIC_READ,
                LoadKind.READ_PLAIN_IN_SOURCE))
        : LoadKind.READ_ONCE;
  }

  private StoreKind storeKind() {
    if (has(Family.PLAIN) && random.nextBoolean()) {
      return StoreKind.WRITE_PLAIN;
    }
    return has(Family.ORDERED) || random.nextInt(8) == 0
        ? oneOf(
            List.of(
                StoreKind.SMP_STORE_RELEASE,
                StoreKind.RCU_ASSIGN_POINTER,
                StoreKind.SMP_STORE_MB,
                StoreKind.ATOMIC_SET,
                StoreKind.ATOMIC_SET_RELEASE,
                StoreKind.WRITE_PLAIN_IN_SOURCE))
        : StoreKind.WRITE_ONCE;
  }

  private Atomic atomic(Family family, Word word) {
    budget -= 2;
    List<AtomicKind> kinds =
        switch (family) {
          case CONDITIONAL -> CONDITIONALS;
          case BITS -> BIT_OPERATIONS;
          default -> OTHERS;
        };
    long condition = random.nextInt(2);
    return new Atomic(registers++, oneOf(kinds), word, value(), condition);
  }

  private Statement branch() {
    Access read = has(Family.ATOMIC) || has(Family.CONDITIONAL) ? access(data()) : null;
    if (read == null || read.register() < 0) {
      budget--;
      read = new Load(registers++, loadKind(), data());
    }
    boolean marked = random.nextInt(4) > 0;
    List<Statement> then = nested();
    List<Statement> otherwise = random.nextInt(3) == 0 ? nested() : List.of();
    return new Branch(read, random.nextInt(2), marked, then, otherwise);
  }

  /** A pointer's value is the number of a data word; nothing else is ever stored there. */
  private Statement dereference() {
    budget--;
    if (random.nextInt(3) == 0) {
      return new Store(storeKind(), pointer, random.nextInt(data.size()));
    }
    return new Dereference(registers++, pointer, data, access(pointer));
  }

  private Statement locked() {
    budget -= 2;
    return new Locked(oneOf(locks), nested());
  }

  private Statement tried() {
    int register = registers++;
    if (random.nextInt(4) == 0) {
      budget--;
      return new Queried(register, oneOf(locks));
    }
    budget -= 2;
    return new Tried(register, oneOf(locks), random.nextBoolean(), nested());
  }

  private Statement section(SectionKind kind, Barrier wait) {
    if (fences-- > 0 && random.nextInt(3) == 0) {
      return new Fenced(wait);
    }
    return new Section(kind, nested());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("seed " + seed + ", initially");
    memory.words().forEach(word -> text.append(" " + word + "=" + word.initialValue()));
    for (int cpu = 0; cpu < cpus.size(); cpu++) {
      text.append("\nCPU" + cpu + " " + Statement.block(cpus.get(cpu)));
    }
    return text.toString();
  }
}

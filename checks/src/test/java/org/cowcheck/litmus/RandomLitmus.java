package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/**
 * A small random C litmus test over the whole vocabulary of the front-end, the same for the same
 * seed.
 *
 * <p>Each test draws from a few families of statements only, so that those that work together (a
 * grace period and a section, a lock and a trylock) often meet. Values stay small: registers go
 * through operators whose range is finite. Every family but {@link Family#FRONT_END} keeps to the C
 * that herd7 reads.
 */
final class RandomLitmus {
  /** What a test is made of, besides loads and stores. */
  enum Family {
    ORDERED,
    PLAIN,
    EXCHANGE,
    ATOMIC,
    VOID_ATOMIC,
    BARRIER,
    BRANCH,
    ARITHMETIC,
    POINTER,
    /** Loads within expressions. */
    NESTED,
    LOCK,
    TRYLOCK,
    RCU,
    SRCU,
    /** What the front-end reads and herd7 does not: ?:, &&, ||, !, ~, %, << and more. */
    FRONT_END
  }

  private static final int MAX_DEPTH = 3;

  private static final ImmutableList<String> ORDERS =
      ImmutableList.of("", "_relaxed", "_acquire", "_release");

  private static final ImmutableList<String> BARRIERS =
      ImmutableList.of(
          "smp_mb",
          "smp_rmb",
          "smp_wmb",
          "smp_mb__before_atomic",
          "smp_mb__after_atomic",
          "smp_mb__after_spinlock",
          "smp_mb__after_unlock_lock",
          "barrier");

  private final long seed;
  private final Random random;
  private final EnumSet<Family> families = EnumSet.noneOf(Family.class);
  private final List<Family> drawn = new ArrayList<>();
  private final List<String> ints = new ArrayList<>();
  private final List<String> atomics = new ArrayList<>();
  private final List<String> locks = new ArrayList<>();
  private final List<String> threads = new ArrayList<>();
  private final List<String> observed = new ArrayList<>();
  private final List<String> shown = new ArrayList<>();

  // Of the thread that is being written.
  private final List<String> registers = new ArrayList<>();
  private int pointers;
  private int indices;
  private int budget;
  private int fences;
  private int depth;

  private RandomLitmus(long seed) {
    this.seed = seed;
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    Family[] all = Family.values();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      families.add(all[random.nextInt(all.length)]);
    }
    drawn.addAll(families);
    ints.addAll(List.of("x", "y", "z").subList(0, 1 + random.nextInt(3)));
    if (has(Family.ATOMIC) || has(Family.VOID_ATOMIC)) {
      atomics.addAll(List.of("a", "b").subList(0, 1 + random.nextInt(2)));
    }
    locks.addAll(List.of("l", "m").subList(0, 1 + random.nextInt(6) / 5));
    int count = 2 + random.nextInt(5) / 3 + random.nextInt(12) / 11;
    int accesses = 5 + random.nextInt(4);
    for (int thread = 0; thread < count; thread++) {
      registers.clear();
      pointers = 0;
      indices = 0;
      budget = (accesses + thread) / count;
      fences = 2;
      threads.add(thread(thread));
    }
  }

  /** The test of a seed. */
  static String of(long seed) {
    return new RandomLitmus(seed).text();
  }

  private String text() {
    StringBuilder text = new StringBuilder("C random-" + seed + "\n\n{\n");
    ints.forEach(name -> text.append(random.nextInt(4) == 0 ? "\t" + name + "=1;\n" : ""));
    atomics.forEach(
        name ->
            text.append(
                String.format("\tatomic_t %s=ATOMIC_INIT(%d);\n", name, random.nextInt(2))));
    if (has(Family.POINTER)) {
      text.append("\tint *p=" + oneOf(ints) + ";\n");
    }
    text.append("}\n");
    threads.forEach(text::append);
    observed.addAll(ints);
    observed.addAll(atomics);
    shown.addAll(observed);
    if (has(Family.POINTER)) {
      shown.add("p");
    }
    text.append("\nlocations [" + String.join("; ", shown) + "]\nexists (" + term());
    for (int i = random.nextInt(3); i > 0; i--) {
      text.append((random.nextInt(4) == 0 ? " \\/ " : " /\\ ") + term());
    }
    return text.append(")\n").toString();
  }

  private String term() {
    return oneOf(observed) + "=" + random.nextInt(3);
  }

  private String thread(int number) {
    List<String> parameters = new ArrayList<>();
    ints.forEach(name -> parameters.add("int *" + name));
    atomics.forEach(name -> parameters.add("atomic_t *" + name));
    if (has(Family.LOCK) || has(Family.TRYLOCK)) {
      locks.forEach(name -> parameters.add("spinlock_t *" + name));
    }
    if (has(Family.SRCU)) {
      parameters.add("struct srcu_struct *s");
    }
    if (has(Family.POINTER)) {
      parameters.add("int **p");
    }
    StringBuilder body = new StringBuilder();
    body(body, "\t");
    StringBuilder text = new StringBuilder("\nP" + number + "(" + String.join(", ", parameters));
    text.append(")\n{\n");
    registers.forEach(register -> text.append("\tint " + register + ";\n"));
    for (int i = 0; i < pointers; i++) {
      text.append("\tint *q" + i + ";\n");
      shown.add(number + ":q" + i);
    }
    for (int i = 0; i < indices; i++) {
      text.append("\tint i" + i + ";\n");
    }
    registers.forEach(register -> observed.add(number + ":" + register));
    return text.append(body).append("}\n").toString();
  }

  private boolean has(Family family) {
    return families.contains(family);
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean oneIn(int number) {
    return random.nextInt(number) == 0;
  }

  // Statements.

  /** Statements, until the thread's share of accesses is used up or a coin says so. */
  private void body(StringBuilder text, String indent) {
    do {
      statement(text, indent);
    } while (budget > 0 && (depth == 0 || !oneIn(3)));
  }

  private void nested(StringBuilder text, String indent) {
    depth++;
    if (budget > 0 && !oneIn(8)) {
      body(text, indent);
    }
    depth--;
  }

  private void block(StringBuilder text, String indent, String head) {
    text.append(indent).append(head).append(" {\n");
    int before = text.length();
    nested(text, indent + "\t");
    if (text.length() == before) {
      // herd7 reads no empty block.
      text.append(indent).append("\tbarrier();\n");
    }
    text.append(indent).append("}");
  }

  private void statement(StringBuilder text, String indent) {
    Family family = oneIn(3) || depth == MAX_DEPTH ? Family.ORDERED : oneOf(drawn);
    switch (family) {
      case BARRIER -> line(text, indent, fences-- > 0 ? oneOf(BARRIERS) + "()" : access());
      case BRANCH -> branch(text, indent);
      case POINTER -> pointer(text, indent);
      case LOCK -> locked(text, indent);
      case TRYLOCK -> tried(text, indent);
      case RCU -> section(text, indent, "rcu_read_lock()", "rcu_read_unlock()", "_rcu", "");
      case SRCU -> {
        String index = "i" + indices;
        section(
            text,
            indent,
            index + " = srcu_read_lock(s)",
            "srcu_read_unlock(s, " + index + ")",
            "_srcu",
            "s");
      }
      default -> line(text, indent, access());
    }
  }

  private static void line(StringBuilder text, String indent, String statement) {
    text.append(indent).append(statement).append(";\n");
  }

  private String access() {
    List<Family> kinds = new ArrayList<>();
    for (Family kind : List.of(Family.EXCHANGE, Family.ATOMIC, Family.VOID_ATOMIC)) {
      if (has(kind)) {
        kinds.add(kind);
      }
    }
    if (!kinds.isEmpty() && random.nextBoolean()) {
      return switch (oneOf(kinds)) {
        case EXCHANGE -> exchange();
        case ATOMIC -> atomic();
        default -> voidAtomic();
      };
    }
    boolean load = random.nextBoolean();
    if (!atomics.isEmpty() && oneIn(3)) {
      budget--;
      String place = place(oneOf(atomics));
      if (load) {
        return assigned(oneOf(List.of("atomic_read", "atomic_read_acquire")) + "(" + place + ")");
      }
      return oneOf(List.of("atomic_set", "atomic_set_release"))
          + "("
          + place
          + ", "
          + value()
          + ")";
    }
    String place = place(oneOf(ints));
    return load ? assigned(load(place)) : store(place, value());
  }

  private String load(String place) {
    budget--;
    if (has(Family.PLAIN) && random.nextBoolean()) {
      return "*" + place;
    }
    boolean ordered = has(Family.ORDERED) || oneIn(6);
    return switch (ordered ? random.nextInt(3) : 0) {
      case 1 -> "smp_load_acquire(" + place + ")";
      case 2 -> "rcu_dereference(*" + place + ")";
      default -> "READ_ONCE(*" + place + ")";
    };
  }

  private String store(String place, String value) {
    budget--;
    if (has(Family.PLAIN) && random.nextBoolean()) {
      return "*" + place + " = " + value;
    }
    boolean ordered = has(Family.ORDERED) || oneIn(6);
    return switch (ordered ? random.nextInt(4) : 0) {
      case 1 -> "smp_store_release(" + place + ", " + value + ")";
      case 2 -> "rcu_assign_pointer(*" + place + ", " + value + ")";
      case 3 -> "smp_store_mb(*" + place + ", " + value + ")";
      default -> "WRITE_ONCE(*" + place + ", " + value + ")";
    };
  }

  private String exchange() {
    budget -= 2;
    boolean atomic = !atomics.isEmpty() && random.nextBoolean();
    String place = place(oneOf(atomic ? atomics : ints));
    String prefix = atomic ? "atomic_" : "";
    String order = oneOf(ORDERS);
    return assigned(
        random.nextBoolean()
            ? String.format("%sxchg%s(%s, %s)", prefix, order, place, value())
            : String.format(
                "%scmpxchg%s(%s, %d, %s)", prefix, order, place, random.nextInt(2), value()));
  }

  private String atomic() {
    budget -= 2;
    String place = place(oneOf(atomics));
    String order = oneOf(ORDERS);
    String sign = oneOf(List.of("add", "sub"));
    String step = oneOf(List.of("inc", "dec"));
    return assigned(
        switch (random.nextInt(has(Family.FRONT_END) ? 9 : 8)) {
          case 0 -> String.format("atomic_%s_return%s(%s, %s)", sign, order, value(), place);
          case 1 -> String.format("atomic_fetch_%s%s(%s, %s)", sign, order, value(), place);
          case 2 -> String.format("atomic_%s_return%s(%s)", step, order, place);
          case 3 -> String.format("atomic_fetch_%s%s(%s)", step, order, place);
          case 4 -> String.format("atomic_%s_and_test(%s)", step, place);
          case 5 -> String.format("atomic_sub_and_test(%s, %s)", value(), place);
          case 6 -> String.format("atomic_add_negative(%s, %s)", value(), place);
          case 7 ->
              String.format("atomic_add_unless(%s, %s, %d)", place, value(), random.nextInt(2));
          default -> String.format("atomic_inc_not_zero(%s)", place);
        });
  }

  private String voidAtomic() {
    budget -= 2;
    String place = place(oneOf(atomics));
    return random.nextBoolean()
        ? oneOf(List.of("atomic_inc(", "atomic_dec(")) + place + ")"
        : oneOf(List.of("atomic_add(", "atomic_sub(")) + value() + ", " + place + ")";
  }

  private void branch(StringBuilder text, String indent) {
    if (registers.isEmpty() || oneIn(2)) {
      line(text, indent, assigned(load(place(oneOf(ints)))));
    }
    block(text, indent, "if (" + condition() + ")");
    if (oneIn(3)) {
      text.append(" ");
      StringBuilder otherwise = new StringBuilder();
      block(otherwise, indent, "else");
      text.append(otherwise.toString().stripLeading());
    }
    text.append("\n");
  }

  /** A pointer is stored, or loaded and followed; it always points to an int. */
  private void pointer(StringBuilder text, String indent) {
    if (oneIn(3)) {
      line(text, indent, store("p", oneOf(ints)));
      return;
    }
    String pointer = "q" + pointers++;
    boolean exchanges = has(Family.EXCHANGE) && oneIn(3);
    String order = oneOf(ORDERS);
    String exchange = String.format("xchg%s(p, %s)", order, oneOf(ints));
    budget -= exchanges ? 2 : 0;
    line(text, indent, pointer + " = " + (exchanges ? exchange : load("p")));
    line(text, indent, random.nextBoolean() ? assigned(load(pointer)) : store(pointer, value()));
  }

  private void locked(StringBuilder text, String indent) {
    budget -= 2;
    String lock = oneOf(locks);
    if (oneIn(20)) {
      line(text, indent, "spin_lock(" + lock + ")");
      return;
    }
    line(text, indent, "spin_lock(" + lock + ")");
    nested(text, indent);
    line(text, indent, "spin_unlock(" + lock + ")");
  }

  private void tried(StringBuilder text, String indent) {
    String lock = oneOf(locks);
    if (oneIn(4)) {
      budget--;
      line(text, indent, assigned("spin_is_locked(" + lock + ")"));
      return;
    }
    budget -= 2;
    String register = newRegister();
    line(text, indent, register + " = spin_trylock(" + lock + ")");
    text.append(indent).append("if (" + register + ") {\n");
    nested(text, indent + "\t");
    line(text, indent + "\t", "spin_unlock(" + lock + ")");
    text.append(indent).append("}\n");
  }

  private void section(
      StringBuilder text, String indent, String lock, String unlock, String wait, String domain) {
    if (fences-- > 0 && oneIn(3)) {
      String expedited = oneIn(4) ? "_expedited" : "";
      line(text, indent, "synchronize" + wait + expedited + "(" + domain + ")");
      return;
    }
    indices += domain.isEmpty() ? 0 : 1;
    line(text, indent, lock);
    nested(text, indent);
    if (!oneIn(30)) {
      line(text, indent, unlock);
    }
  }

  // Expressions.

  private String newRegister() {
    String register = "r" + registers.size();
    registers.add(register);
    return register;
  }

  /** An assignment of what is read; the register cannot be in its own address or value. */
  private String assigned(String read) {
    return newRegister() + " = " + read;
  }

  /** A register of a number; a register that is not assigned yet on some path is 0 there. */
  private String register() {
    return registers.isEmpty() ? Integer.toString(random.nextInt(2)) : oneOf(registers);
  }

  /** A pointer to a location, with an address dependency now and then. */
  private String place(String location) {
    if (has(Family.ARITHMETIC) && !registers.isEmpty() && oneIn(3)) {
      return String.format(
          oneOf(List.of("(%s + (%s & 0))", "(%s + %s * 0)")), location, register());
    }
    return location;
  }

  private String value() {
    int number = 1 + random.nextInt(2);
    if (has(Family.NESTED) && budget > 0 && oneIn(3)) {
      return String.format(oneOf(List.of("%s", "(%s + 1)", "(%s & 0) + 1")), load(oneOf(ints)));
    }
    if (registers.isEmpty() || (!has(Family.ARITHMETIC) && !oneIn(4))) {
      return Integer.toString(number);
    }
    if (has(Family.FRONT_END) && random.nextBoolean()) {
      return String.format(
          oneOf(
              List.of("(%s ? %d : 1)", "(!%s) + %d", "(~%s & %d)", "(%s %% 2 + %d)", "(%s && %d)")),
          register(),
          number);
    }
    return switch (random.nextInt(7)) {
      case 0 -> register();
      case 1 -> number + " + (" + register() + " & 0)";
      case 2 -> "(" + register() + " & 1) + " + number;
      case 3 -> "(" + register() + " == " + register() + ")";
      case 4 -> "((" + register() + " ^ " + number + ") & 3)";
      case 5 -> "(" + register() + " - " + register() + ") * 0 + " + number;
      default -> "((" + register() + " | " + register() + ") & 1)";
    };
  }

  private String condition() {
    if (has(Family.NESTED) && oneIn(2)) {
      return load(place(oneOf(ints))) + oneOf(List.of("", " == 1", " != 1"));
    }
    String register = register();
    if (has(Family.FRONT_END) && random.nextBoolean()) {
      return String.format(
          oneOf(List.of("!%s", "%s && 1", "%s || 0", "%s << 1", "%s ? 0 : 1")), register);
    }
    return switch (random.nextInt(5)) {
      case 0 -> register;
      case 1 -> register + " != " + register();
      case 2 -> register + " <= " + random.nextInt(2);
      default -> register + " == " + random.nextInt(2);
    };
  }
}

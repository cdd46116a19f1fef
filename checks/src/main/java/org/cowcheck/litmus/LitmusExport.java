package org.cowcheck.litmus;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Word;

/**
 * The executed events of a graph as a C litmus test, with the observed outcome in its exists
 * clause.
 *
 * <p>Each CPU's events become straight-line code. Dependencies are kept: an address dependency as
 * {@code x + (r0 & 0)}, a data dependency as {@code 1 + (r0 & 0)}, a control dependency as an
 * {@code if} on the value that was read. What LKMM has no macro for is written as what it did here:
 * a void bit operation as an atomic_add() of the difference, a value-returning one as an xchg(), an
 * IPI as synchronize_rcu(), a section with IRQs off as one of RCU.
 *
 * <p>herd7 and klitmus7 read it. A C compiler folds {@code r0 & 0}, so that what klitmus7 runs has
 * no address and data dependencies any more; it may then see more, not less.
 */
public final class LitmusExport {
  private final Graph graph;
  private final ExportedWords words;
  private final Map<Integer, String> registers = new HashMap<>();
  private final Map<Integer, Long> outcomes = new LinkedHashMap<>();

  private LitmusExport(Graph graph) {
    this.graph = graph;
    this.words = new ExportedWords(graph);
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      int next = 0;
      for (int i = 0; i < graph.length(cpu); i++) {
        if (hasRegister(graph.at(cpu, i))) {
          registers.put(graph.at(cpu, i), "r" + next++);
        }
      }
    }
  }

  /**
   * The litmus test of a graph.
   *
   * @param name of the test; what is no letter, digit, sign or dot becomes a minus
   * @param comment is put at the top
   */
  public static String print(String name, String comment, Graph graph) {
    return new LitmusExport(graph).test(name.replaceAll("[^A-Za-z0-9+.-]", "-"), comment);
  }

  /** Reads have registers, but for those of locks and of void atomics. */
  private boolean hasRegister(int id) {
    Event event = graph.event(id);
    if (event.fence() == Fence.SRCU_READ_LOCK) {
      return true;
    }
    boolean isVoid = event.update() != null && event.update().order() == RmwOrder.NORETURN;
    return event.isRead() && event.lockRole() != LockRole.LOCK_READ && !isVoid;
  }

  private String test(String name, String comment) {
    StringBuilder text = new StringBuilder("C " + name + "\n\n(*\n");
    comment.lines().forEach(line -> comment(text, line));
    words.legend().forEach(line -> comment(text, line));
    text.append(" *)\n\n{").append(initialValues()).append("}\n");
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      text.append('\n').append(thread(cpu));
    }
    return text.append("\nexists (").append(outcome()).append(")\n").toString();
  }

  private static void comment(StringBuilder text, String line) {
    String open = line.replace("(*", "( *").replace("*)", "* )");
    text.append((" * " + open).stripTrailing()).append('\n');
  }

  /**
   * Initial values: of atomic_t, which klitmus7 takes for int without, and those that are not 0.
   */
  private String initialValues() {
    StringBuilder text = new StringBuilder();
    for (Word word : words.all()) {
      long value = words.number(word, word.initialValue());
      if (words.isAtomic(word)) {
        text.append(String.format("\n\tatomic_t %s=ATOMIC_INIT(%d);", words.name(word), value));
      } else if (value != 0) {
        text.append(String.format("\n\t%s=%d;", words.name(word), value));
      }
    }
    return text.isEmpty() ? "" : text.append('\n').toString();
  }

  private String outcome() {
    List<String> terms = new ArrayList<>();
    outcomes.forEach(
        (id, value) ->
            terms.add(String.format("%d:%s=%d", graph.event(id).cpu(), registers.get(id), value)));
    for (Word word : words.all()) {
      int last = graph.writes(word.number()) - 1;
      int write = graph.write(word.number(), last);
      if (last > 0 && graph.event(write).lockRole() == LockRole.NONE) {
        terms.add(words.name(word) + "=" + words.number(word, graph.value(write)));
      }
    }
    return terms.isEmpty() ? "true" : String.join(" /\\ ", terms);
  }

  // Threads.

  private String thread(int cpu) {
    Set<String> parameters = new LinkedHashSet<>();
    StringBuilder body = new StringBuilder();
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < graph.length(cpu); i++) {
      int id = graph.at(cpu, i);
      Event event = graph.event(id);
      for (Word word : new Word[] {event.word(), event.domain()}) {
        if (word != null) {
          parameters.add(words.type(word) + " *" + words.name(word));
        }
      }
      String statement = statement(id);
      if (!statement.isEmpty()) {
        branch(body, open, id);
        body.append("\t".repeat(open.size() + 1)).append(statement).append(";\n");
      }
    }
    closeAll(body, open);
    StringBuilder text =
        new StringBuilder(String.format("P%d(%s)\n{\n", cpu, String.join(", ", parameters)));
    for (int i = 0; i < graph.length(cpu); i++) {
      if (registers.containsKey(graph.at(cpu, i))) {
        text.append("\tint ").append(registers.get(graph.at(cpu, i))).append(";\n");
      }
    }
    return text.append(body).append("}\n").toString();
  }

  /** Closes the branches that an event is not in, and opens those that it is in. */
  private void branch(StringBuilder body, Deque<Integer> open, int id) {
    Set<Integer> reads = new LinkedHashSet<>();
    Event event = graph.event(id);
    for (int i = 0; i < event.index(); i++) {
      int read = graph.at(event.cpu(), i);
      if (registers.containsKey(read) && event.isControlDependentOn(graph.event(read))) {
        reads.add(read);
      }
    }
    while (!reads.containsAll(open)) {
      open.pop();
      body.append("\t".repeat(open.size() + 1)).append("}\n");
    }
    for (int read : reads) {
      if (!open.contains(read)) {
        body.append("\t".repeat(open.size() + 1))
            .append(String.format("if (%s == %d) {\n", registers.get(read), outcomes.get(read)));
        open.push(read);
      }
    }
  }

  private static void closeAll(StringBuilder body, Deque<Integer> open) {
    while (!open.isEmpty()) {
      open.pop();
      body.append("\t".repeat(open.size() + 1)).append("}\n");
    }
  }

  // Statements.

  /** The statement of an event; empty for the write half of an update. */
  private String statement(int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      return fence(id);
    }
    String word = words.name(event.word());
    return switch (event.lockRole()) {
      case LOCK_READ -> "spin_lock(" + word + ")";
      case UNLOCK -> "spin_unlock(" + word + ")";
      case LOCK_WRITE -> "";
      case TRY_READ ->
          assign(id, event.writesAfter(graph.value(id)) ? 1 : 0, "spin_trylock(" + word + ")");
      case QUERY -> assign(id, graph.value(id), "spin_is_locked(" + word + ")");
      case NONE -> access(id);
    };
  }

  private String access(int id) {
    Event event = graph.event(id);
    if (event.update() != null) {
      return event.isRead() ? update(id) : "";
    }
    boolean atomic = words.isAtomic(event.word());
    String place = place(id);
    if (event.isRead()) {
      return assign(id, number(id), load(event.order(), place, atomic));
    }
    return store(event.order(), place, value(id, number(id)), atomic);
  }

  private long number(int id) {
    return words.number(graph.event(id).word(), graph.value(id));
  }

  private String assign(int id, long value, String expression) {
    outcomes.put(id, value);
    return registers.get(id) + " = " + expression;
  }

  private static String load(Order order, String place, boolean atomic) {
    return switch (order) {
      case PLAIN -> plain(place, atomic);
      case ACQUIRE -> (atomic ? "atomic_read_acquire(" : "smp_load_acquire(") + place + ")";
      default -> atomic ? "atomic_read(" + place + ")" : "READ_ONCE(*" + place + ")";
    };
  }

  /** A plain access; an atomic_t is a structure, which holds nothing but an int. */
  private static String plain(String place, boolean atomic) {
    return atomic ? "*((int *)" + place + ")" : "*" + place;
  }

  private static String store(Order order, String place, String value, boolean atomic) {
    return switch (order) {
      case PLAIN -> plain(place, atomic) + " = " + value;
      case RELEASE ->
          (atomic ? "atomic_set_release(" : "smp_store_release(") + place + ", " + value + ")";
      default ->
          atomic
              ? "atomic_set(" + place + ", " + value + ")"
              : "WRITE_ONCE(*" + place + ", " + value + ")";
    };
  }

  private static final ImmutableMap<RmwOrder, String> SUFFIXES =
      ImmutableMap.of(
          RmwOrder.RELAXED, "_relaxed",
          RmwOrder.ACQUIRE, "_acquire",
          RmwOrder.RELEASE, "_release",
          RmwOrder.FULL, "");

  private String update(int id) {
    Event event = graph.event(id);
    Event.Update update = event.update();
    boolean atomic = words.isAtomic(event.word());
    String place = place(id);
    boolean succeeds = event.writesAfter(graph.value(id));
    long old = number(id);
    int write = succeeds ? graph.at(event.cpu(), event.index() + 1) : id;
    long written = number(write);
    if (update.order() == RmwOrder.NORETURN) {
      return String.format("atomic_add(%s, %s)", value(write, written - old), place);
    }
    String prefix = atomic ? "atomic_" : "";
    String suffix = SUFFIXES.get(update.order());
    return switch (update.op()) {
      case ADD ->
          assign(
              id,
              old,
              String.format(
                  "atomic_fetch_add%s(%s, %s)", suffix, value(write, written - old), place));
      case ADD_UNLESS ->
          assign(
              id,
              succeeds ? 1 : 0,
              String.format(
                  "atomic_add_unless(%s, %s, %d)",
                  place,
                  value(write, succeeds ? written - old : 1),
                  words.number(event.word(), update.b())));
      case CMPXCHG ->
          assign(
              id,
              old,
              String.format(
                  "%scmpxchg%s(%s, %d, %s)",
                  prefix,
                  suffix,
                  place,
                  words.number(event.word(), update.a()),
                  value(write, words.number(event.word(), update.b()))));
      case XCHG, AND, OR, OR_IF_CLEAR, CLEAR_IF_SET ->
          assign(
              id,
              old,
              succeeds
                  ? String.format("%sxchg%s(%s, %s)", prefix, suffix, place, value(write, written))
                  : load(Order.ONCE, place, atomic));
    };
  }

  /** A pointer to the word of an access, with its address dependencies. */
  private String place(int id) {
    Event event = graph.event(id);
    String dependencies = dependencies(event, true);
    String word = words.name(event.word());
    return dependencies.isEmpty() ? word : "(" + word + dependencies + ")";
  }

  /** A value with the data dependencies of a write. */
  private String value(int write, long value) {
    return value + dependencies(graph.event(write), false);
  }

  private String dependencies(Event event, boolean address) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < event.index(); i++) {
      int read = graph.at(event.cpu(), i);
      boolean depends =
          address
              ? event.isAddressDependentOn(graph.event(read))
              : event.isDataDependentOn(graph.event(read));
      if (depends && registers.containsKey(read) && !isOwnRead(read, event)) {
        text.append(" + (").append(registers.get(read)).append(" & 0)");
      }
    }
    return text.toString();
  }

  /** The read of the same update: its data dependency is the operation's own. */
  private boolean isOwnRead(int read, Event event) {
    return event.update() != null && graph.event(read).index() == event.index() - 1;
  }

  private String fence(int id) {
    Event event = graph.event(id);
    String domain = event.domain() == null ? "" : words.name(event.domain());
    return switch (event.fence()) {
      case SMP_MB, MB -> "smp_mb()";
      case SMP_RMB, RMB -> "smp_rmb()";
      case SMP_WMB, WMB -> "smp_wmb()";
      case RCU_READ_LOCK, LOCAL_IRQ_SAVE -> "rcu_read_lock()";
      case RCU_READ_UNLOCK, LOCAL_IRQ_RESTORE -> "rcu_read_unlock()";
      case SYNCHRONIZE_RCU, IPI_SYNC -> "synchronize_rcu()";
      case SRCU_READ_LOCK -> registers.get(id) + " = srcu_read_lock(" + domain + ")";
      case SRCU_READ_UNLOCK -> String.format("srcu_read_unlock(%s, %s)", domain, srcuIndex(id));
      case SYNCHRONIZE_SRCU -> "synchronize_srcu(" + domain + ")";
      default -> event.fence().kernelName() + "()";
    };
  }

  /** The register of the lock that returned the index which an unlock was given. */
  private String srcuIndex(int unlock) {
    Event event = graph.event(unlock);
    for (int i = event.index() - 1; i >= 0; i--) {
      int id = graph.at(event.cpu(), i);
      if (graph.event(id).fence() == Fence.SRCU_READ_LOCK && graph.value(id) == event.value()) {
        return registers.get(id);
      }
    }
    return Long.toString(event.value());
  }
}

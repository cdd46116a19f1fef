package org.cowcheck.litmus;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.Word;

/**
 * The words of a graph as an exported test has them: their names, their types, and the numbers that
 * stand for their values.
 *
 * <p>The types are those that herd7 and klitmus7 both know: {@code int}, {@code atomic_t}, {@code
 * spinlock_t} and {@code struct srcu_struct}; they know no {@code atomic_long_t}, and a {@code
 * long} gains nothing, for they read constants as 32 bits. So the values of a word with a value, or
 * a difference of values, that is no {@code int} are numbered: 0 is 0, the others are 1, 2, and so
 * on. That is sound because an exported test computes nothing from values: they are compared and
 * stored only, and what is added is the difference of two numbers.
 */
final class ExportedWords {
  /** Words of C and of herd7's two lexers that a location cannot be called. */
  private static final ImmutableSet<String> RESERVED =
      ImmutableSet.of(
          "auto",
          "bool",
          "break",
          "case",
          "char",
          "const",
          "continue",
          "current",
          "default",
          "do",
          "double",
          "else",
          "enum",
          "exists",
          "extern",
          "false",
          "filter",
          "float",
          "for",
          "forall",
          "goto",
          "if",
          "inline",
          "int",
          "levels",
          "locations",
          "lock",
          "long",
          "not",
          "register",
          "regions",
          "restrict",
          "return",
          "scopes",
          "short",
          "signed",
          "sizeof",
          "static",
          "struct",
          "switch",
          "true",
          "typedef",
          "union",
          "unlock",
          "unsigned",
          "void",
          "volatile",
          "while",
          "with");

  private final Graph graph;
  private final Map<Word, String> names = new LinkedHashMap<>();
  private final Map<Word, String> types = new LinkedHashMap<>();
  private final Map<Word, Map<Long, Long>> numbers = new LinkedHashMap<>();

  ExportedWords(Graph graph) {
    this.graph = graph;
    Set<String> taken = new HashSet<>(RESERVED);
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      for (int i = 0; i < graph.length(cpu); i++) {
        Event event = graph.event(graph.at(cpu, i));
        add(event.word(), taken);
        add(event.domain(), taken);
      }
    }
  }

  private void add(Word word, Set<String> taken) {
    if (word == null || names.containsKey(word)) {
      return;
    }
    String name = word.name().replaceAll("[^A-Za-z0-9_]", "_").replaceFirst("^(?=[0-9])", "_");
    while (name.matches("[Pr][0-9]+") || !taken.add(name)) {
      name += "_";
    }
    names.put(word, name);
    types.put(word, findType(word));
    List<Long> values = values(word);
    if (!areInts(values)) {
      numbers.put(word, numbered(values));
    }
  }

  private String findType(Word word) {
    boolean atomic = false;
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.domain() == word) {
        return "struct srcu_struct";
      }
      if (event.word() == word) {
        if (event.lockRole() != LockRole.NONE) {
          return "spinlock_t";
        }
        atomic |= event.update() != null && !isExchange(event.update().op());
      }
    }
    return atomic ? "atomic_t" : "int";
  }

  private static boolean isExchange(RmwOp op) {
    return op == RmwOp.XCHG || op == RmwOp.CMPXCHG;
  }

  /** What a word holds or is compared with, in coherence order and then in program order. */
  private List<Long> values(Word word) {
    Set<Long> values = new LinkedHashSet<>();
    for (int place = 0; place < graph.writes(word.number()); place++) {
      values.add(graph.value(graph.write(word.number(), place)));
    }
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      for (int i = 0; i < graph.length(cpu); i++) {
        Event event = graph.event(graph.at(cpu, i));
        if (event.word() == word && event.update() != null) {
          switch (event.update().op()) {
            case CMPXCHG -> values.addAll(List.of(event.update().a(), event.update().b()));
            case ADD_UNLESS -> values.add(event.update().b());
            default -> {}
          }
        }
      }
    }
    return new ArrayList<>(values);
  }

  /** Whether all values, and so that they can be added, all their differences are ints. */
  private static boolean areInts(List<Long> values) {
    return values.stream().allMatch(ExportedWords::isInt)
        && isInt(Collections.max(values) - Collections.min(values));
  }

  static boolean isInt(long value) {
    return value == (int) value;
  }

  private static Map<Long, Long> numbered(List<Long> values) {
    Map<Long, Long> numbers = new LinkedHashMap<>();
    numbers.put(0L, 0L);
    values.forEach(value -> numbers.putIfAbsent(value, (long) numbers.size()));
    return numbers;
  }

  /** The words that have events, by CPU and program order. */
  Set<Word> all() {
    return names.keySet();
  }

  String name(Word word) {
    return names.get(word);
  }

  /** The type of the object that threads are passed a pointer to. */
  String type(Word word) {
    return types.get(word);
  }

  boolean isAtomic(Word word) {
    return type(word).equals("atomic_t");
  }

  /** The number that stands for a value of a word: as a rule the value itself. */
  long number(Word word, long value) {
    return numbers.containsKey(word) ? numbers.get(word).get(value) : value;
  }

  /** What stands for what, where a number is not the value itself; one line per word. */
  List<String> legend() {
    List<String> lines = new ArrayList<>();
    numbers.forEach(
        (word, of) -> {
          List<String> pairs = new ArrayList<>();
          of.forEach((value, number) -> pairs.add(String.format("%d for %d", number, value)));
          lines.add(names.get(word) + " has " + String.join(", ", pairs) + ".");
        });
    return lines;
  }
}

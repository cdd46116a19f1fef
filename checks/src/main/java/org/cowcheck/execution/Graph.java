package org.cowcheck.execution;

import com.google.common.collect.ListMultimap;
import java.util.Arrays;
import java.util.List;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;

/**
 * An execution graph: events in the order in which they were added, with program order (po),
 * reads-from (rf) and coherence (co).
 *
 * <p>Ids are positions in that order. Ids 0 to {@code words - 1} are the initial writes, by word
 * number. Mutable; {@link #copy} gives an independent graph.
 */
public final class Graph {
  private static final int NO_WRITE = -1;

  private Event[] events;
  private int[] rf;
  private int size;
  private final int[][] po;
  private final int[][] co;

  /** The graph of a program that has not started: the initial writes alone. */
  public Graph(List<Word> words, int cpus) {
    events = new Event[words.size() + 16];
    rf = new int[events.length];
    po = new int[cpus][0];
    co = new int[words.size()][];
    for (Word word : words) {
      co[word.number()] = new int[] {size};
      events[size] = Event.initial(word);
      rf[size] = NO_WRITE;
      size++;
    }
  }

  private Graph(Graph other) {
    events = Arrays.copyOf(other.events, other.size + 8);
    rf = Arrays.copyOf(other.rf, other.size + 8);
    size = other.size;
    po = other.po.clone();
    co = other.co.clone();
  }

  /** An independent copy. */
  public Graph copy() {
    return new Graph(this);
  }

  /** The number of events, initial writes included. */
  public int size() {
    return size;
  }

  /** The number of CPUs. */
  public int cpus() {
    return po.length;
  }

  /** The number of words. */
  public int words() {
    return co.length;
  }

  public Event event(int id) {
    return events[id];
  }

  /** The write that a read reads from. */
  public int rf(int read) {
    return rf[read];
  }

  /** The write that an access is, or reads from. */
  public int writeOf(int access) {
    return events[access].isRead() ? rf[access] : access;
  }

  /** Makes a read read from another write. */
  public void setRf(int read, int write) {
    rf[read] = write;
  }

  /**
   * The value of an event: what it wrote or read; the index of an SRCU lock or unlock; 0 for
   * another fence.
   */
  public long value(int id) {
    Event event = events[id];
    return event.isRead() ? events[rf[id]].value() : event.value();
  }

  /** How many events a CPU has. */
  public int length(int cpu) {
    return po[cpu].length;
  }

  /** The id of the event of a CPU at a place in program order. */
  public int at(int cpu, int index) {
    return po[cpu][index];
  }

  /** The id of the event before this one in program order, or -1. */
  public int poBefore(int id) {
    Event event = events[id];
    return event.isInitial() || event.index() == 0 ? -1 : po[event.cpu()][event.index() - 1];
  }

  /** The id of the access of the same word right before this one in program order, or -1. */
  public int poLocBefore(Event access) {
    for (int i = access.index() - 1; i >= 0; i--) {
      int id = po[access.cpu()][i];
      if (events[id].word() == access.word()) {
        return id;
      }
    }
    return -1;
  }

  /** How many writes a word has, the initial one included. */
  public int writes(int word) {
    return co[word].length;
  }

  /** The id of a word's write at a place in coherence order; place 0 is the initial write. */
  public int write(int word, int place) {
    return co[word][place];
  }

  /** The place of a write in the coherence order of its word. */
  public int place(int write) {
    int[] order = co[events[write].word().number()];
    for (int i = 0; i < order.length; i++) {
      if (order[i] == write) {
        return i;
      }
    }
    throw new IllegalArgumentException("not in coherence order: " + events[write]);
  }

  /** Adds a read or fence as its CPU's next event; {@code write} is ignored for a fence. */
  public int add(Event event, int write) {
    int id = append(event);
    rf[id] = event.isRead() ? write : NO_WRITE;
    return id;
  }

  /** Adds a write as its CPU's next event, at a place in the coherence order of its word. */
  public int addWrite(Event event, int place) {
    int id = append(event);
    rf[id] = NO_WRITE;
    int word = event.word().number();
    int[] order = co[word];
    int[] longer = new int[order.length + 1];
    System.arraycopy(order, 0, longer, 0, place);
    longer[place] = id;
    System.arraycopy(order, place, longer, place + 1, order.length - place);
    co[word] = longer;
    return id;
  }

  private int append(Event event) {
    if (size == events.length) {
      events = Arrays.copyOf(events, size + size / 2);
      rf = Arrays.copyOf(rf, events.length);
    }
    int[] order = po[event.cpu()];
    int[] longer = Arrays.copyOf(order, order.length + 1);
    longer[order.length] = size;
    po[event.cpu()] = longer;
    events[size] = event;
    return size++;
  }

  /**
   * The graph of some of the events, in the same order. The set must be closed under program order
   * and contain the initial writes. A read whose write is left out is left without one; the caller
   * has to mend it.
   *
   * @param newIds receives for each old id the new one, or -1
   */
  public Graph restrictTo(EventSet kept, int[] newIds) {
    Graph result = new Graph(this);
    int next = 0;
    for (int id = 0; id < size; id++) {
      newIds[id] = kept.has(id) ? next++ : -1;
    }
    result.size = next;
    for (int id = 0; id < size; id++) {
      if (newIds[id] >= 0) {
        result.events[newIds[id]] = events[id];
        result.rf[newIds[id]] = rf[id] < 0 ? NO_WRITE : newIds[rf[id]];
      }
    }
    for (int cpu = 0; cpu < po.length; cpu++) {
      result.po[cpu] = renumber(po[cpu], newIds);
    }
    for (int word = 0; word < co.length; word++) {
      result.co[word] = renumber(co[word], newIds);
    }
    return result;
  }

  private static int[] renumber(int[] ids, int[] newIds) {
    int kept = 0;
    int[] result = new int[ids.length];
    for (int id : ids) {
      if (newIds[id] >= 0) {
        result[kept++] = newIds[id];
      }
    }
    return kept == ids.length ? result : Arrays.copyOf(result, kept);
  }

  /**
   * The graph of the same accesses with more fences between them.
   *
   * @param fences per CPU, by the place in program order of the event that they come right before
   */
  public Graph withFences(List<ListMultimap<Integer, Fence>> fences) {
    Graph result = new Graph(this);
    result.size = co.length;
    Arrays.setAll(result.po, cpu -> new int[0]);
    Arrays.setAll(result.co, word -> new int[] {word});
    int[][] places = new int[po.length][];
    for (int cpu = 0; cpu < po.length; cpu++) {
      places[cpu] = new int[po[cpu].length];
      int place = 0;
      for (int i = 0; i < places[cpu].length; i++) {
        place += fences.get(cpu).get(i).size();
        places[cpu][i] = place++;
      }
    }
    int[] newIds = new int[size];
    for (int id = 0; id < size; id++) {
      newIds[id] = id < co.length ? id : result.addAfterFences(events[id], fences, places);
    }
    for (int id = co.length; id < size; id++) {
      result.rf[newIds[id]] = rf[id] < 0 ? NO_WRITE : newIds[rf[id]];
    }
    for (int word = 0; word < co.length; word++) {
      result.co[word] = renumber(co[word], newIds);
    }
    return result;
  }

  private int addAfterFences(
      Event event, List<ListMultimap<Integer, Fence>> fences, int[][] places) {
    for (Fence fence : fences.get(event.cpu()).get(event.index())) {
      add(new Event.Site(event.cpu(), po[event.cpu()].length, Step.NONE).fence(fence), NO_WRITE);
    }
    return append(event.moved(places[event.cpu()]));
  }

  /**
   * Puts the writes of a word into another coherence order: the same ids, the initial one first.
   */
  public void setCo(int word, int[] order) {
    co[word] = order.clone();
  }

  /**
   * Names the execution apart from the order in which it was added: per CPU the source of each
   * read, per word the coherence order, each event as CPU and index.
   */
  public int[] canonicalForm() {
    int[] form = new int[3 * size + po.length + co.length];
    int next = 0;
    for (int[] ids : po) {
      form[next++] = ids.length;
      for (int id : ids) {
        if (events[id].isRead()) {
          next = name(rf[id], form, next);
        }
      }
    }
    for (int[] ids : co) {
      form[next++] = ids.length;
      for (int id : ids) {
        next = name(id, form, next);
      }
    }
    return Arrays.copyOf(form, next);
  }

  private int name(int id, int[] form, int next) {
    form[next] = events[id].cpu();
    form[next + 1] = events[id].index();
    return next + 2;
  }
}

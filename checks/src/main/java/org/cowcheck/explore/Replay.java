package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.cowcheck.verdict.Recording;

/** Runs a program once, along recorded choices. */
final class Replay {
  private final List<Word> words;
  private final List<ToLongFunction<Cpu>> programs;
  private final Recording recording;
  private final boolean accessesOnly;
  private final Graph graph;
  private final int[] reads;

  private Replay(
      List<Word> words,
      List<ToLongFunction<Cpu>> programs,
      Recording recording,
      boolean accessesOnly) {
    this.words = words;
    this.programs = programs;
    this.recording = recording;
    this.accessesOnly = accessesOnly;
    this.graph = new Graph(words, programs.size());
    this.reads = new int[programs.size()];
  }

  /**
   * The execution that the choices make. Its ids do not depend on how the execution was found.
   *
   * @throws ReplayException if the program does not follow the choices, or the model forbids them
   */
  static Execution run(
      List<Word> words,
      List<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      Explorer.Visitor visitor,
      Recording recording) {
    return run(words, programs, model, visitor, recording, false);
  }

  /**
   * The same.
   *
   * @param accessesOnly whether it is a {@link Recording#ofAccesses}
   */
  static Execution run(
      List<Word> words,
      List<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      Explorer.Visitor visitor,
      Recording recording,
      boolean accessesOnly) {
    if (recording.sources().size() != programs.size()) {
      throw new ReplayException(
          "it has %d CPUs where the scenario has %d"
              .formatted(recording.sources().size(), programs.size()));
    }
    Replay replay = new Replay(words, programs, recording, accessesOnly);
    ImmutableList<CpuState> cpus = replay.run();
    Judgement judgement = model.judge(replay.graph);
    if (!judgement.isConsistent()) {
      throw new ReplayException(
          "%s forbids the execution: axiom %s".formatted(model.name(), judgement.brokenAxiom()));
    }
    Execution execution = new Execution(replay.graph, cpus, model, "");
    return new Execution(replay.graph, cpus, model, broken(execution, visitor));
  }

  /** What a complete execution breaks, or the empty string. */
  static String broken(Execution execution, Explorer.Visitor visitor) {
    return execution.isFinished()
        ? visitor.visit(execution)
        : "deadlock: a CPU waits for ever for a lock";
  }

  private ImmutableList<CpuState> run() {
    CpuState[] states = new CpuState[programs.size()];
    Event[] refused = new Event[programs.size()];
    int before = -1;
    while (graph.size() > before) {
      before = graph.size();
      for (int cpu = 0; cpu < programs.size(); cpu++) {
        states[cpu] = goOn(cpu, refused);
      }
    }
    for (Word word : words) {
      putInOrder(word);
    }
    Set<String> names = words.stream().map(Word::name).collect(Collectors.toSet());
    for (String name : recording.coherence().keySet()) {
      if (!names.contains(name)) {
        throw new ReplayException("there is no word " + name);
      }
    }
    for (int cpu = 0; cpu < programs.size(); cpu++) {
      if (refused[cpu] != null) {
        throw new ReplayException("CPU " + cpu + " cannot go on at " + refused[cpu]);
      }
      if (reads[cpu] < recording.sources().get(cpu).size()) {
        throw new ReplayException("CPU " + cpu + " reads less often than is recorded");
      }
    }
    return ImmutableList.copyOf(states);
  }

  /** Adds the next events of a CPU, up to the first that reads from what is not there yet. */
  private CpuState goOn(int cpu, Event[] refused) {
    refused[cpu] = null;
    return ReplayCpu.run(
        programs.get(cpu),
        graph,
        cpu,
        (event, completes) -> {
          boolean added = add(cpu, event);
          refused[cpu] = added ? null : event;
          return added;
        });
  }

  private boolean add(int cpu, Event event) {
    if (event.isWrite()) {
      graph.addWrite(event, graph.writes(event.word().number()));
      return true;
    }
    if (event.isFence()) {
      graph.add(event, 0);
      return true;
    }
    if (reads[cpu] == recording.sources().get(cpu).size()) {
      throw new ReplayException("no source is recorded for " + event);
    }
    Recording.Name source = recording.sources().get(cpu).get(reads[cpu]);
    int write = find(source);
    if (write < 0) {
      return false;
    }
    if (!graph.event(write).isWrite() || graph.event(write).word() != event.word()) {
      throw new ReplayException(event + " cannot read from " + graph.event(write));
    }
    graph.add(event, write);
    reads[cpu]++;
    return true;
  }

  private int find(Recording.Name name) {
    if (name.cpu() == Event.INITIAL) {
      if (name.index() < 0 || name.index() >= words.size()) {
        throw new ReplayException("there is no word " + name.index());
      }
      return name.index();
    }
    if (name.cpu() < 0 || name.cpu() >= programs.size() || name.index() < 0) {
      throw new ReplayException("there is no event " + name.index() + " of CPU " + name.cpu());
    }
    if (accessesOnly) {
      return access(name);
    }
    return name.index() < graph.length(name.cpu()) ? graph.at(name.cpu(), name.index()) : -1;
  }

  private int access(Recording.Name name) {
    int before = 0;
    for (int i = 0; i < graph.length(name.cpu()); i++) {
      int id = graph.at(name.cpu(), i);
      if (!graph.event(id).isFence() && before++ == name.index()) {
        return id;
      }
    }
    return -1;
  }

  private void putInOrder(Word word) {
    int[] order = new int[graph.writes(word.number())];
    List<Recording.Name> names = recording.order(word);
    if (names.size() != order.length - 1) {
      throw new ReplayException(
          "%s has %d writes, %d are recorded".formatted(word, order.length - 1, names.size()));
    }
    order[0] = word.number();
    for (int place = 1; place < order.length; place++) {
      order[place] = find(names.get(place - 1));
      if (order[place] < 0 || graph.event(order[place]).word() != word) {
        throw new ReplayException("the coherence order of " + word + " names other events");
      }
    }
    graph.setCo(word.number(), order);
  }
}

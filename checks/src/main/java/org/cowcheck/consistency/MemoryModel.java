package org.cowcheck.consistency;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;

/** A memory model: says which execution graphs are consistent. Stateless. */
public interface MemoryModel {

  /** The name that the command line knows. */
  String name();

  /** Whether some execution with a cycle of po and rf is consistent. */
  boolean allowsLoadBuffering();

  /**
   * What happens before what whatever the coherence order, as far as it is known without one: every
   * consistent execution with these events, program order and reads-from orders them so. Grows with
   * rf.
   */
  Relation beforeWithoutCo(Graph graph);

  /**
   * Whether a graph that may still grow is consistent, by the axioms that growth cannot mend and
   * that hold for every maximal extension. What this rejects, {@link #judge} rejects in every graph
   * that contains it.
   */
  boolean mayGrow(Graph graph);

  /** {@link #mayGrow}, for a graph that is asked about step by step. */
  default Growth growth() {
    return new StatelessGrowth(this);
  }

  /**
   * Whether a graph that may still grow breaks the axiom of grace periods, as far as that is cheap
   * to see: once its open sections have ended, {@link #judge} rejects it, whatever else there is.
   */
  default boolean skipsSections(Graph graph) {
    return false;
  }

  /** Judges a complete execution by all axioms. */
  Judgement judge(Graph graph);

  /** {@link #judge} of an execution of which {@link #mayGrow} is known to hold. */
  default Judgement judgeGrown(Graph graph) {
    return judge(graph);
  }

  /**
   * The pairs of a CPU's events that the model keeps in program order in this graph: ordered by a
   * fence, an annotation, a dependency or the architecture.
   */
  Relation preserved(Graph graph);

  /**
   * What happens before what, in time: the transitive closure of all ordering that the model gives
   * between events of this graph.
   */
  Relation before(Graph graph);

  /**
   * The same model for a question that asks for the final values of words, by name: it may warn of
   * that.
   */
  default MemoryModel asking(ImmutableSet<String> words) {
    return this;
  }
}

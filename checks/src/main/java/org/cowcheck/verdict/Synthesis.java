package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;

/**
 * The cheapest sets of edits that make a patch safe in some scenarios, or why there is none.
 *
 * @param patch the patch to start from
 * @param model the name of the memory model
 * @param ending what was found
 * @param start the scenarios under the patch itself
 * @param sets the cheapest first; none of them has all of another
 * @param rest why there is no further set
 * @param defeat what defeats every set; absent if sets were found
 * @param asked what was asked for
 * @param effort what it took
 */
public record Synthesis(
    Patch patch,
    Platform platform,
    String model,
    Accesses accesses,
    Ending ending,
    ImmutableList<Outcome> start,
    ImmutableList<SafeSet> sets,
    String rest,
    Optional<Defeat> defeat,
    Asked asked,
    Effort effort) {

  /** What a synthesis comes to. */
  public enum Ending {
    /** The patch is safe as it is. */
    NOTHING_NEEDED,
    /** There are sets. */
    FOUND,
    /** No set that was asked for makes the patch safe. */
    NONE,
    /** A bound was reached first. */
    UNKNOWN
  }

  /**
   * What was asked for.
   *
   * @param kinds the words of the kinds of edits
   * @param maxEdits the most edits of one set
   */
  public record Asked(ImmutableList<String> kinds, int maxEdits) {}

  /**
   * A set of edits under which every scenario is Never, and no part of which does as much.
   *
   * @param patch the patch with the set
   * @param proofs the outcome of each scenario under it, all explored to the end
   */
  public record SafeSet(
      int cost, ImmutableList<Chosen> edits, Patch patch, ImmutableList<Outcome> proofs) {}

  /**
   * One edit of a set.
   *
   * @param edit the change to the patch: an edit more, or one of the patch's own that is undone
   * @param undone which of the two
   * @param kind the word of its kind
   * @param words what it does to which step of which kernel function
   * @param function the kernel function
   * @param label of the step
   * @param what the step does
   * @param beside for a fence, the steps on its other side
   * @param twins other edits that come to the same in every execution of the scenarios
   * @param without a scenario that goes wrong without it
   */
  public record Chosen(
      Edit edit,
      boolean undone,
      String kind,
      int cost,
      String words,
      String function,
      String label,
      String what,
      ImmutableList<String> beside,
      ImmutableList<String> twins,
      Outcome without) {}

  /**
   * What defeats every set.
   *
   * @param scenario the name of the scenario
   * @param witness what goes wrong in it
   * @param edits how many edits are in place in the witness
   * @param fencesLeaveIt whether all fences that are allowed leave it possible, together
   */
  public record Defeat(String scenario, Witness witness, int edits, boolean fencesLeaveIt) {}

  /**
   * What it took.
   *
   * @param candidates edits that were considered
   * @param witnesses executions that were learned from
   * @param clauses what was learned
   * @param explorations explorations of a scenario under a patch, begun
   * @param executions explored by them
   */
  public record Effort(
      int candidates,
      int witnesses,
      int clauses,
      long explorations,
      long executions,
      double seconds) {}
}

package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;

/**
 * A statement of a kernel function that the model has steps for.
 *
 * @param index its place in the function, from 0
 * @param kind what may be done with it
 * @param paths the steps that it is, in program order, once for each path of the model
 * @param forms the forms in which the source has it; none for a fence
 * @param fence the barrier that it is in the kernel states
 * @param of the label of a hunk that it is a part of
 * @param conditions the blocks that it may be in, such as {@code if ( anon )}
 * @param copies labels whose edits other labels get as well while it stands there, by these
 */
record KnownStatement(
    int index,
    Kind kind,
    ImmutableList<ImmutableList<Step>> paths,
    ImmutableList<KnownForm> forms,
    Optional<Fence> fence,
    Optional<String> of,
    ImmutableSet<String> conditions,
    ImmutableMap<String, String> copies) {

  /** What a patch may do with a statement. */
  enum Kind {
    /** Stands for accesses, which may be marked or made atomic, and have fences around. */
    ACCESS,
    /** As an access, and may be left out or added. */
    HUNK,
    /** Calls another known function. */
    CALL,
    /** A barrier, which may be left out or replaced. */
    FENCE,
    /** A second look, which may be left out. */
    RECHECK,
    /** A lock that is taken, which may be left out. */
    LOCK,
    /** The definition of the flag. */
    FLAG,
    /** Known, but whether it stands there changes nothing. */
    LOOSE
  }

  /** The first steps, one of each path. */
  ImmutableList<Step> firsts() {
    return paths.stream().map(path -> path.get(0)).collect(ImmutableList.toImmutableList());
  }

  /** All steps. */
  ImmutableList<Step> steps() {
    return paths.stream().flatMap(ImmutableList::stream).collect(ImmutableList.toImmutableList());
  }

  /** The labels of hunks that are there while it stands there in its usual form. */
  ImmutableSet<String> hunks() {
    return steps().stream()
        .filter(step -> step.part() != Step.Part.PATH)
        .map(Step::label)
        .collect(ImmutableSet.toImmutableSet());
  }

  /** Whether it begins a hunk that more belongs to, and goes without the rest. */
  boolean isInItsOwnHunk() {
    return of.isPresent() && hunks().contains(of.get());
  }

  boolean isFence() {
    return fence.isPresent();
  }
}

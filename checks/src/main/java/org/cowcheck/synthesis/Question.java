package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;

/**
 * What is to be made safe, and by what.
 *
 * @param kinds the kinds of edits that are allowed
 * @param maxEdits the most edits of one set
 * @param maxCost the most that a set may cost
 * @param sets how many sets to find
 */
public record Question(
    Patch patch,
    Platform platform,
    MemoryModel model,
    Accesses accesses,
    ImmutableList<Scenario> scenarios,
    ImmutableSet<Kind> kinds,
    Costs costs,
    int maxEdits,
    int maxCost,
    int sets) {}

package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;

/**
 * A litmus test.
 *
 * @param name its name in the first line
 * @param locations every location with its initial value
 * @param registers registers with initial values
 * @param threads P0, P1, …
 * @param observed what its final states have values for
 * @param filter which final states count
 * @param condition its question
 */
public record LitmusTest(
    String name,
    ImmutableMap<String, Initial> locations,
    ImmutableMap<Observable.Register, Initial> registers,
    ImmutableList<LitmusThread> threads,
    ImmutableSortedSet<Observable> observed,
    Proposition filter,
    Condition condition) {}

package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.patch.KernelState;

/**
 * A kernel function with the statements of it that the model knows.
 *
 * @param names its names, with the kernel states that have it by that name
 * @param files where it may be
 * @param statements in the order in which they are executed
 */
record KnownFunction(
    ImmutableMap<String, ImmutableSet<KernelState>> names,
    ImmutableSet<String> files,
    ImmutableList<KnownStatement> statements) {}

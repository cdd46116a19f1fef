package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;

/**
 * One thread of a test.
 *
 * @param parameters the locations that it is passed the addresses of
 * @param body what it does
 */
record LitmusThread(ImmutableList<String> parameters, Statement body) {}

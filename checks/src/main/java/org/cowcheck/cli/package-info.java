/**
 * The command line: reads options, runs engines over cells, prints reports, sets exit codes.
 *
 * <p>It decides nothing about executions or verdicts. Nothing uses it.
 */
package org.cowcheck.cli;

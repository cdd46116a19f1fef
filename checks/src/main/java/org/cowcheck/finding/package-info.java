/**
 * Makes findings of violated client programs: what causes them, the smallest program that has the
 * cause, whether the catalogue knows it, and what stops it.
 *
 * <p>It explores and asks for synthesis; reports show what it finds. The command line uses it.
 */
package org.cowcheck.finding;

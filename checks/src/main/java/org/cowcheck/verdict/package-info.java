/**
 * What is asked and what is answered: cells, verdicts, witnesses, and what is on record.
 *
 * <p>It holds results and produces none: engines do, reports show them. It uses {@code execution}
 * and the model's names.
 */
package org.cowcheck.verdict;

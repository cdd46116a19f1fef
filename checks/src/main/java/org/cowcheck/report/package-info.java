/**
 * Reports: tables, witnesses as CPU columns, JSON, and the files that replay a witness.
 *
 * <p>It shows verdicts and never sees an engine. The command line uses it.
 */
package org.cowcheck.report;

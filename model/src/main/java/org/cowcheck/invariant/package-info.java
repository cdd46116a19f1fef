/**
 * What must hold at the end of every execution, and the view of an execution that it is checked on.
 *
 * <p>It names pages and flags but no engine and no memory model; engines supply the view. Scenarios
 * use it.
 */
package org.cowcheck.invariant;

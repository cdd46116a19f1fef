/**
 * Other programs in processes of their own: started, watched, and killed when their time is over.
 *
 * <p>It knows nothing of what they do. Whatever runs an engine apart may use it.
 */
package org.cowcheck.process;

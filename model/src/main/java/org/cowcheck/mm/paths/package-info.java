/** The list of all paths. */
package org.cowcheck.mm.paths;

/**
 * What programs of a scenario run on: pages, address spaces and swap slots in some state, and all
 * that must hold of them. It knows states, and names no race.
 */
package org.cowcheck.setting;

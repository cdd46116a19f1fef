/**
 * Reclaim and the swap cache (mm/vmscan.c, mm/swap_state.c, mm/rmap.c). Who brings a page back is
 * in {@link org.cowcheck.mm.fault}.
 */
package org.cowcheck.mm.swap;

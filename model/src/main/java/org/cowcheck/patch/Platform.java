package org.cowcheck.patch;

/** Which architecture's code runs. What may be reordered is the memory model's business. */
public enum Platform {
  /** get-and-clear is a full xchg; a synchronous TLB flush waits for IRQs-off sections by IPI. */
  X86,
  /** Relaxed get-and-clear; a broadcast flush with a full barrier and without a handshake. */
  ARM64,
  /** As arm64, with a swap-out whose flush may be deferred and then orders nothing. */
  GENERIC
}

package org.cowcheck.patch;

/** Kernels as tests want them. */
public final class Kernels {
  private Kernels() {}

  /** A kernel state without edits on the weakest platform. */
  public static Kernel of(KernelState state) {
    return new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED);
  }
}

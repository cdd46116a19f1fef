package org.cowcheck.patch;

/** The kernel that a patch starts from. */
public enum KernelState {
  /** v5.17, before anonymous pages had an exclusive flag. */
  S0("v5.17"),
  /** The RFC series of 24 Feb 2022 on v5.17: PG_anon_exclusive is an alias of PG_slab. */
  S1("RFC series, 24 Feb 2022"),
  /** v5.19: PG_anon_exclusive is an alias of PG_mappedtodisk. */
  S2("v5.19"),
  /** v6.1: as v5.19, with the barriers of 088b8aa537c2. */
  S3("v6.1");

  private final String title;

  KernelState(String title) {
    this.title = title;
  }

  /** The version or posting. */
  public String title() {
    return title;
  }

  /** Whether anonymous pages have an exclusive flag. */
  public boolean hasAnonExclusive() {
    return this != S0;
  }

  /** Whether that flag shares its bit with PG_slab. */
  public boolean aliasesSlab() {
    return this == S1;
  }
}

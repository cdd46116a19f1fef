package org.cowcheck.memory;

/**
 * Ghost state: a remark in program order that no memory model sees.
 *
 * @param name what is remarked, such as {@code pinned}
 * @param value what it is about, such as a page frame number
 * @param position how many events of the CPU come before it; 0 where the engine keeps no events
 */
public record Note(String name, long value, int position) {
  /** The name of the note that a failed VM_BUG_ON leaves. */
  public static final String BUG = "VM_BUG_ON";

  /** The name of the note at the start of the call that a check is about. */
  public static final String CALL = "call";

  /** The name of the note at the return of that call. */
  public static final String RETURN = "return";
}

package org.cowcheck.litmus;

import java.util.List;

/** A primitive of the kernel, given the values of its arguments. */
interface Primitive {
  Value run(ThreadRun thread, List<Value> arguments);
}

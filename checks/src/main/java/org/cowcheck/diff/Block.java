package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Statements that are executed together: a block with its braces, or what stands after an if. */
final class Block {
  private Block parent;
  private final ImmutableList<CToken> header;
  private final boolean isFunction;
  private final boolean beginsEarlier;
  private final List<CToken> braces = new ArrayList<>();

  Block(Block parent, List<CToken> header, boolean isFunction) {
    this.parent = parent;
    this.header = ImmutableList.copyOf(header);
    this.isFunction = isFunction;
    this.beginsEarlier = parent == null;
  }

  Block parent() {
    return parent;
  }

  /** Sets what is around it, once that is seen. */
  void setParent(Block outer) {
    parent = outer;
  }

  /** What it stands after, such as {@code if (anon)}; of a function, its declaration. */
  ImmutableList<CToken> header() {
    return header;
  }

  boolean isFunction() {
    return isFunction;
  }

  List<CToken> braces() {
    return braces;
  }

  /** The header with one space between tokens. */
  String headerText() {
    return header.stream().map(CToken::text).collect(Collectors.joining(" "));
  }

  /** Whether it is executed whenever what is around it is, in a kernel that has GUP-fast. */
  private boolean isTransparent() {
    return !isFunction
        && !beginsEarlier
        && (header.isEmpty() || headerText().equals("if ( IS_ENABLED ( CONFIG_HAVE_FAST_GUP ) )"));
  }

  /** This, or the next around it that is not always executed. */
  Block condition() {
    Block block = this;
    while (block.parent != null && block.isTransparent()) {
      block = block.parent;
    }
    return block;
  }

  /** Whether another is this one or within it. */
  boolean contains(Block other) {
    for (Block block = other; block != null; block = block.parent) {
      if (block == this) {
        return true;
      }
    }
    return false;
  }
}

package org.cowcheck.litmus;

/** The operators of C on numbers of 64 bits. */
final class Operator {
  private Operator() {}

  /** On one number. */
  interface One {
    long apply(long operand);
  }

  /** On two numbers. */
  interface Two {
    long apply(long left, long right);
  }

  static One one(String symbol) {
    return switch (symbol) {
      case "-" -> operand -> -operand;
      case "+" -> operand -> operand;
      case "!" -> operand -> operand == 0 ? 1 : 0;
      case "~" -> operand -> ~operand;
      default -> throw new IllegalArgumentException(symbol);
    };
  }

  /** Whether 0 on one side gives 0, whatever is on the other. */
  static boolean absorbs(String symbol) {
    return symbol.equals("&") || symbol.equals("*");
  }

  /** Division by 0 gives 0: the execution is as undefined as the C is. */
  static Two two(String symbol) {
    return switch (symbol) {
      case "+" -> (left, right) -> left + right;
      case "-" -> (left, right) -> left - right;
      case "*" -> (left, right) -> left * right;
      case "/" -> (left, right) -> right == 0 ? 0 : left / right;
      case "%" -> (left, right) -> right == 0 ? 0 : left % right;
      case "<<" -> (left, right) -> left << right;
      case ">>" -> (left, right) -> left >> right;
      case "&" -> (left, right) -> left & right;
      case "|" -> (left, right) -> left | right;
      case "^" -> (left, right) -> left ^ right;
      case "<" -> (left, right) -> left < right ? 1 : 0;
      case ">" -> (left, right) -> left > right ? 1 : 0;
      case "<=" -> (left, right) -> left <= right ? 1 : 0;
      case ">=" -> (left, right) -> left >= right ? 1 : 0;
      case "==" -> (left, right) -> left == right ? 1 : 0;
      case "!=" -> (left, right) -> left != right ? 1 : 0;
      default -> throw new IllegalArgumentException(symbol);
    };
  }
}

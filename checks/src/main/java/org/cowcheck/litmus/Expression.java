package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.cowcheck.memory.Cpu;

/** An expression of a thread. */
sealed interface Expression {
  Value evaluate(ThreadRun thread);

  /** A number, or the address of a location. */
  record Constant(long number) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      return Value.of(number);
    }
  }

  /** The value of a register. */
  record Register(String name) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      return thread.get(name);
    }
  }

  /** {@code *pointer}, a plain load. */
  record Load(Expression pointer) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      return thread.read(pointer.evaluate(thread), Value.ZERO, Cpu::read_plain);
    }
  }

  /** {@code *pointer = value}, a plain store. */
  record Store(Expression pointer, Expression value) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value address = pointer.evaluate(thread);
      Value stored = value.evaluate(thread);
      thread.access(address, stored, (cpu, word) -> cpu.write_plain(word, stored.number()));
      return stored;
    }
  }

  /** {@code register = value}. */
  record Assign(String register, Expression value) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value assigned = value.evaluate(thread);
      thread.set(register, assigned);
      return assigned;
    }
  }

  /** An operator on one value. */
  record Unary(Operator.One operator, Expression operand) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value value = operand.evaluate(thread);
      return value.map(operator.apply(value.number()));
    }
  }

  /**
   * An operator on two values.
   *
   * @param absorbs whether 0 on one side makes it 0
   */
  record Binary(Operator.Two operator, boolean absorbs, Expression left, Expression right)
      implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value first = left.evaluate(thread);
      Value second = right.evaluate(thread);
      boolean known = first.known() && second.known();
      return first.combine(
          second,
          operator.apply(first.number(), second.number()),
          known || isAbsorbed(first) || isAbsorbed(second));
    }

    /** Whether an operand makes the result 0, whatever the other one is. */
    private boolean isAbsorbed(Value operand) {
      return absorbs && operand.known() && operand.number() == 0;
    }
  }

  /** {@code left && right} or {@code left || right}; the right side only if it decides. */
  record Decide(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value first = left.evaluate(thread);
      if (thread.isTrue(first) != and) {
        return first.map(and ? 0 : 1);
      }
      Value second = right.evaluate(thread);
      return first.combine(second, second.number() != 0 ? 1 : 0);
    }
  }

  /** {@code condition ? then : otherwise}. */
  record Choose(Expression condition, Expression then, Expression otherwise) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value value = condition.evaluate(thread);
      Value chosen = (thread.isTrue(value) ? then : otherwise).evaluate(thread);
      return value.combine(chosen, chosen.number());
    }
  }

  /** A call of a primitive of the kernel. */
  record Call(Primitive primitive, ImmutableList<Expression> arguments) implements Expression {
    @Override
    public Value evaluate(ThreadRun thread) {
      Value[] values = new Value[arguments.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = arguments.get(i).evaluate(thread);
      }
      return primitive.run(thread, Arrays.asList(values));
    }
  }
}

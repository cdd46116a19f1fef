package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;

/** A statement of a thread. */
sealed interface Statement {
  Statement NOTHING = new Block(ImmutableList.of());

  void run(ThreadRun thread);

  /** Statements one after the other. */
  record Block(ImmutableList<Statement> statements) implements Statement {
    @Override
    public void run(ThreadRun thread) {
      for (Statement statement : statements) {
        statement.run(thread);
      }
    }
  }

  /** {@code if (condition) then else otherwise}. */
  record If(Expression condition, Statement then, Statement otherwise) implements Statement {
    @Override
    public void run(ThreadRun thread) {
      Value value = condition.evaluate(thread);
      thread.under(value, thread.isTrue(value) ? then : otherwise);
    }
  }

  /** An expression whose value is dropped. */
  record Evaluate(Expression expression) implements Statement {
    @Override
    public void run(ThreadRun thread) {
      expression.evaluate(thread);
    }
  }
}

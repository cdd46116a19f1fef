package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.cowcheck.litmus.grammar.LitmusParser;

/** Builds a test from its syntax tree: the initial state, the threads, the question. */
final class TestBuilder {
  static final int MAX_THREADS = 64;
  static final int MAX_LOCATIONS = 1000;

  private final String file;
  private final Map<String, Initial> locations = new LinkedHashMap<>();
  private final Map<Observable.Register, Initial> registers = new LinkedHashMap<>();

  TestBuilder(String file) {
    this.file = file;
  }

  LitmusTest build(String name, LitmusParser.TestContext tree) {
    checkThreads(tree.thread());
    QuestionBuilder question = new QuestionBuilder(file, tree.thread().size());
    for (LitmusParser.InitItemContext item : tree.init().initItem()) {
      initialise(item, question);
    }
    ImmutableList.Builder<LitmusThread> threads = ImmutableList.builder();
    for (LitmusParser.ThreadContext thread : tree.thread()) {
      ImmutableList<String> parameters =
          thread.parameter().stream()
              .map(parameter -> parameter.ID().getText())
              .collect(ImmutableList.toImmutableList());
      parameters.forEach(this::addLocation);
      ImmutableSet.Builder<String> given = ImmutableSet.<String>builder().addAll(parameters);
      for (Observable.Register register : registers.keySet()) {
        if (("P" + register.thread()).equals(thread.PROC().getText())) {
          given.add(register.name());
        }
      }
      threads.add(
          new LitmusThread(
              parameters, new StatementBuilder(file).body(thread.block(), given.build())));
    }
    TreeSet<Observable> observed = new TreeSet<>();
    if (tree.locations() != null) {
      tree.locations().place().forEach(place -> observed.add(question.observable(place)));
    }
    Proposition filter =
        tree.filter() == null
            ? Proposition.TRUE
            : question.proposition(tree.filter().proposition());
    Condition condition = question.condition(tree.condition());
    observed.addAll(condition.proposition().observed());
    for (Proposition proposition : List.of(filter, condition.proposition())) {
      proposition.observed().forEach(this::addLocation);
      proposition.pointedTo().forEach(this::addLocation);
    }
    observed.forEach(this::addLocation);
    if (locations.size() > MAX_LOCATIONS) {
      throw new UnsupportedException(
          file, position(tree), locations.size() + " locations; at most " + MAX_LOCATIONS + " are");
    }
    return new LitmusTest(
        name,
        ImmutableMap.copyOf(locations),
        ImmutableMap.copyOf(registers),
        threads.build(),
        ImmutableSortedSet.copyOf(observed),
        filter,
        condition);
  }

  private void addLocation(String name) {
    locations.putIfAbsent(name, Initial.ZERO);
  }

  private void addLocation(Observable observable) {
    if (observable instanceof Observable.Location location) {
      addLocation(location.name());
    }
  }

  private void checkThreads(List<LitmusParser.ThreadContext> threads) {
    if (threads.size() > MAX_THREADS) {
      throw new UnsupportedException(
          file,
          position(threads.get(MAX_THREADS)),
          threads.size() + " threads; at most " + MAX_THREADS + " are");
    }
    List<String> names = new ArrayList<>();
    for (LitmusParser.ThreadContext thread : threads) {
      Token name = thread.PROC().getSymbol();
      if (!name.getText().equals("P" + names.size())) {
        throw new MalformedException(
            file, position(name), "expected P" + names.size() + ", found " + name.getText());
      }
      names.add(name.getText());
    }
  }

  private void initialise(LitmusParser.InitItemContext item, QuestionBuilder question) {
    if (item.place() == null) {
      throw new UnsupportedException(file, position(item), "an array");
    }
    Initial value = item.initValue() == null ? Initial.ZERO : value(item.initValue());
    if (value instanceof Initial.Address address) {
      addLocation(address.location());
    }
    Observable place = question.observable(item.place());
    if (place instanceof Observable.Register register) {
      registers.put(register, value);
    } else {
      locations.put(((Observable.Location) place).name(), value);
    }
  }

  private Initial value(LitmusParser.InitValueContext value) {
    if (value.initValue() != null) {
      return value(value.initValue());
    }
    return value.number() == null
        ? new Initial.Address(value.ID().getText())
        : new Initial.Plain(number(file, value.number()));
  }

  static long number(String file, LitmusParser.NumberContext number) {
    long value = number(file, number.NUMBER().getSymbol());
    return number.getChildCount() > 1 ? -value : value;
  }

  static long number(String file, Token token) {
    String digits = token.getText().replaceAll("[uUlL]", "");
    try {
      return digits.startsWith("0x") || digits.startsWith("0X")
          ? Long.parseUnsignedLong(digits.substring(2), 16)
          : Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw new MalformedException(
          file, position(token), "expected a number of 64 bits, found one that is larger");
    }
  }

  static Position position(ParserRuleContext context) {
    return position(context.getStart());
  }

  static Position position(Token token) {
    return new Position(token.getLine(), token.getCharPositionInLine() + 1);
  }
}

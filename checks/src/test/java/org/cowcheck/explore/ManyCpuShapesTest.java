package org.cowcheck.explore;

import static org.cowcheck.explore.Link.ACQUIRE;
import static org.cowcheck.explore.Link.ADDRESS;
import static org.cowcheck.explore.Link.CONTROL;
import static org.cowcheck.explore.Link.CUMULATIVE;
import static org.cowcheck.explore.Link.NOTHING;
import static org.cowcheck.explore.Link.READS;
import static org.cowcheck.explore.Link.READ_BEFORE_WRITE;
import static org.cowcheck.explore.Link.RELEASE;
import static org.cowcheck.explore.Link.SMP_MB;
import static org.cowcheck.explore.Link.SMP_RMB;
import static org.cowcheck.explore.Link.SMP_WMB;
import static org.cowcheck.explore.Link.STRONG;
import static org.cowcheck.explore.Link.SYNCHRONIZE_RCU;
import static org.cowcheck.explore.Link.WRITES;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.stream.Stream;
import org.cowcheck.memory.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Shapes of three and four CPUs, which ask whether a write reaches all CPUs at once. Under TSO it
 * does; LKMM promises it only behind cumulative fences.
 *
 * <p>Names: Alglave, Maranget, Tautschnig, Herding Cats (TOPLAS 2014), figure 39. herd7 agrees on
 * every row.
 */
final class ManyCpuShapesTest {
  private static final ImmutableSet<Link> FROM_READ_TO_WRITE =
      ImmutableSet.of(
          NOTHING, SMP_WMB, SMP_MB, SYNCHRONIZE_RCU, ACQUIRE, RELEASE, ADDRESS, CONTROL);
  private static final ImmutableSet<Link> BETWEEN_READS =
      ImmutableSet.of(NOTHING, SMP_RMB, SMP_MB, SYNCHRONIZE_RCU, ACQUIRE, ADDRESS, CONTROL);

  static Stream<Arguments> wrcLinks() {
    return Sets.cartesianProduct(FROM_READ_TO_WRITE, BETWEEN_READS).stream()
        .map(links -> Arguments.of(links.toArray()));
  }

  /** WRC: an acquire or a dependency orders the middle CPU, but not what it has read for others. */
  @ParameterizedTest
  @MethodSource("wrcLinks")
  void writeToReadCausality_needsCumulativityInTheMiddle(Link middle, Link reader) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    Word y = program.word("y");
    program
        .cpu(cpu -> cpu.WRITE_ONCE(x, 1))
        .cpu(cpu -> middle.readWrite(cpu, x, y, 1))
        .cpu(cpu -> reader.readRead(cpu, y, x));
    Shape.ofReads(program, 3, "1 1 0")
        .assertWeak(false, !(CUMULATIVE.contains(middle) && READS.contains(reader)));
  }

  static Stream<Arguments> iriwLinks() {
    return Sets.cartesianProduct(BETWEEN_READS, BETWEEN_READS).stream()
        .map(links -> Arguments.of(links.toArray()));
  }

  /** IRIW: two readers agree on the order of two writes only if both have full fences. */
  @ParameterizedTest
  @MethodSource("iriwLinks")
  void independentReadsOfIndependentWrites_needFullFences(Link first, Link second) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    Word y = program.word("y");
    program
        .cpu(cpu -> cpu.WRITE_ONCE(x, 1))
        .cpu(cpu -> first.readRead(cpu, x, y))
        .cpu(cpu -> cpu.WRITE_ONCE(y, 1))
        .cpu(cpu -> second.readRead(cpu, y, x));
    Shape.ofReads(program, 4, "1 0 1 0")
        .assertWeak(false, !(STRONG.contains(first) && STRONG.contains(second)));
  }

  static Stream<Arguments> isa2Links() {
    return Sets.cartesianProduct(
            ImmutableSet.of(NOTHING, SMP_WMB, RELEASE, SMP_MB),
            FROM_READ_TO_WRITE,
            ImmutableSet.of(NOTHING, SMP_RMB, ACQUIRE, SMP_MB))
        .stream()
        .map(links -> Arguments.of(links.toArray()));
  }

  /**
   * ISA2: MP with a CPU in between. Either that CPU is cumulative, or the first fence is a full one
   * and the rest is ordered in time (LKMM: propagation).
   */
  @ParameterizedTest
  @MethodSource("isa2Links")
  void isa2_needsACumulativeMiddleOrAFullFenceAtTheStart(Link writer, Link middle, Link reader) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    Word y = program.word("y");
    Word z = program.word("z");
    program
        .cpu(cpu -> writer.writeWrite(cpu, x, 1, y, 1))
        .cpu(cpu -> middle.readWrite(cpu, y, z, 1))
        .cpu(cpu -> reader.readRead(cpu, z, x));
    boolean carried = WRITES.contains(writer) && CUMULATIVE.contains(middle);
    boolean inTime = STRONG.contains(writer) && READ_BEFORE_WRITE.contains(middle);
    Shape.ofReads(program, 3, "1 1 0")
        .assertWeak(false, !((carried || inTime) && READS.contains(reader)));
  }
}

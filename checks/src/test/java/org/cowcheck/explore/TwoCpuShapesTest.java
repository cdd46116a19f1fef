package org.cowcheck.explore;

import static org.cowcheck.explore.Link.ACQUIRE;
import static org.cowcheck.explore.Link.ADDRESS;
import static org.cowcheck.explore.Link.BARRIER;
import static org.cowcheck.explore.Link.CONTROL;
import static org.cowcheck.explore.Link.MB;
import static org.cowcheck.explore.Link.NOTHING;
import static org.cowcheck.explore.Link.READS;
import static org.cowcheck.explore.Link.READ_BEFORE_WRITE;
import static org.cowcheck.explore.Link.RELEASE;
import static org.cowcheck.explore.Link.RMB;
import static org.cowcheck.explore.Link.SMP_MB;
import static org.cowcheck.explore.Link.SMP_RMB;
import static org.cowcheck.explore.Link.SMP_WMB;
import static org.cowcheck.explore.Link.STRONG;
import static org.cowcheck.explore.Link.SYNCHRONIZE_RCU;
import static org.cowcheck.explore.Link.WMB;
import static org.cowcheck.explore.Link.WRITES;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.stream.Stream;
import org.cowcheck.memory.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The six cycles of two CPUs and two words but load buffering, with everything that may stand
 * between the two accesses of a CPU, on either side.
 *
 * <p>Names and axiomatic readings: Alglave, Maranget, Tautschnig, Herding Cats (TOPLAS 2014),
 * figure 39; Alglave et al., Frightening Small Children (ASPLOS 2018), section 3. herd7 agrees on
 * every row.
 */
final class TwoCpuShapesTest {
  private static final ImmutableSet<Link> FENCES =
      ImmutableSet.of(NOTHING, BARRIER, SMP_RMB, SMP_WMB, SMP_MB, RMB, WMB, MB, SYNCHRONIZE_RCU);
  private static final ImmutableSet<Link> BETWEEN_WRITES = and(FENCES, RELEASE);
  private static final ImmutableSet<Link> BETWEEN_READS = and(FENCES, ACQUIRE, ADDRESS, CONTROL);
  private static final ImmutableSet<Link> FROM_READ_TO_WRITE = and(BETWEEN_READS, RELEASE);

  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");

  private static ImmutableSet<Link> and(ImmutableSet<Link> links, Link... more) {
    return Sets.union(links, ImmutableSet.copyOf(more)).immutableCopy();
  }

  private static Stream<Arguments> pairs(ImmutableSet<Link> first, ImmutableSet<Link> second) {
    return Sets.cartesianProduct(first, second).stream()
        .map(pair -> Arguments.of(pair.get(0), pair.get(1)));
  }

  static Stream<Arguments> storeBufferingLinks() {
    return pairs(FENCES, FENCES);
  }

  /** SB: TSO's one relaxation. Both CPUs need a full fence, under TSO as under LKMM. */
  @ParameterizedTest
  @MethodSource("storeBufferingLinks")
  void storeBuffering_isForbiddenWithFullFencesOnBothSidesOnly(Link first, Link second) {
    program.cpu(cpu -> first.writeRead(cpu, x, 1, y)).cpu(cpu -> second.writeRead(cpu, y, 1, x));
    boolean fenced = STRONG.contains(first) && STRONG.contains(second);
    Shape.ofReads(program, 2, "0 0").assertWeak(!fenced, !fenced);
  }

  static Stream<Arguments> messagePassingLinks() {
    return pairs(BETWEEN_WRITES, BETWEEN_READS);
  }

  /** MP: a control dependency does not order two reads. TSO keeps both sides in order. */
  @ParameterizedTest
  @MethodSource("messagePassingLinks")
  void messagePassing_isForbiddenIfWritesAndReadsAreOrdered(Link writer, Link reader) {
    program.cpu(cpu -> writer.writeWrite(cpu, x, 1, y, 1)).cpu(cpu -> reader.readRead(cpu, y, x));
    Shape.ofReads(program, 2, "1 0")
        .assertWeak(false, !(WRITES.contains(writer) && READS.contains(reader)));
  }

  static Stream<Arguments> sLinks() {
    return pairs(BETWEEN_WRITES, FROM_READ_TO_WRITE);
  }

  /** S: the reader writes over what the writer wrote first; any dependency will do for it. */
  @ParameterizedTest
  @MethodSource("sLinks")
  void s_isForbiddenIfWritesAreOrderedAndTheReadIsBeforeTheWrite(Link writer, Link reader) {
    program
        .cpu(cpu -> writer.writeWrite(cpu, x, 2, y, 1))
        .cpu(cpu -> reader.readWrite(cpu, y, x, 1))
        .observe(x);
    new Shape(program, ImmutableSet.of("0 1", "0 2", "1 1"), "1 2")
        .assertWeak(false, !(WRITES.contains(writer) && READ_BEFORE_WRITE.contains(reader)));
  }

  static Stream<Arguments> rLinks() {
    return pairs(BETWEEN_WRITES, FENCES);
  }

  /**
   * R: a wmb or a release does not help the first CPU under LKMM, because coherence alone does not
   * carry its order on. TSO needs the fence of the second CPU only.
   */
  @ParameterizedTest
  @MethodSource("rLinks")
  void r_isForbiddenWithFullFences(Link first, Link second) {
    program
        .cpu(cpu -> first.writeWrite(cpu, x, 1, y, 1))
        .cpu(cpu -> second.writeRead(cpu, y, 2, x))
        .observe(y);
    new Shape(program, ImmutableSet.of("0 1", "1 1", "1 2"), "0 2")
        .assertWeak(!STRONG.contains(second), !(STRONG.contains(first) && STRONG.contains(second)));
  }

  static Stream<Arguments> twoPlusTwoWritesLinks() {
    return pairs(BETWEEN_WRITES, BETWEEN_WRITES);
  }

  /** 2+2W: wmb on both sides is not enough under LKMM. */
  @ParameterizedTest
  @MethodSource("twoPlusTwoWritesLinks")
  void twoPlusTwoWrites_isForbiddenWithFullFences(Link first, Link second) {
    program
        .cpu(cpu -> first.writeWrite(cpu, x, 1, y, 2))
        .cpu(cpu -> second.writeWrite(cpu, y, 1, x, 2))
        .observe(x, y);
    new Shape(program, ImmutableSet.of("1 2", "2 1", "2 2"), "1 1")
        .assertWeak(false, !(STRONG.contains(first) && STRONG.contains(second)));
  }
}

package org.cowcheck.consistency;

import com.google.common.collect.ImmutableList;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;

/**
 * LKMM's rules for plain accesses: the plain-coherence axiom and data races, by the names of
 * linux-kernel.cat of Linux 6.1.
 */
final class PlainAccesses {
  private final Relation incoherent;
  private final Relation races;

  /**
   * The rules for one graph.
   *
   * @param lk the relations up to pb
   * @param rcuFence rcu-fence, which joins fence and strong-fence
   * @param xb {@code hb | pb | rb}
   */
  PlainAccesses(LinuxKernelRelations lk, Relation rcuFence, Relation xb) {
    Basics basics = lk.basics;
    EventSet marked = lk.marked;
    EventSet noreturn = lk.noreturn;
    Relation identity = Relation.identity(basics.graph, basics.all);
    Relation markedOnly = Relation.identity(basics.graph, marked);
    Relation fence = lk.fence.or(rcuFence);
    Relation strongFence = lk.strongFence.or(rcuFence);
    Relation co = basics.co;
    Relation rf = basics.rf;
    Relation rfe = basics.external(rf);

    // Executes-before and visibility
    Relation xbstar = xb.star();
    Relation vis =
        lk.cumulFence()
            .star()
            .then(rfe.optional())
            .to(marked)
            .then(strongFence.to(marked).then(xbstar).or(basics.internal(xbstar)));

    // Boundaries for lifetimes of plain accesses
    EventSet notNoreturn = basics.ids(id -> !noreturn.has(id));
    Relation rmbFence = basics.fencerel(Fence::isReadBarrier);
    Relation wPreBounded = markedOnly.then(lk.addr.or(fence).optional());
    Relation rPreBounded =
        markedOnly.then(
            lk.addr.or(lk.nonrwFence).or(rmbFence.between(lk.r4rmb, notNoreturn)).optional());
    Relation wPostBounded = fence.optional().to(marked);
    Relation rPostBounded =
        lk.nonrwFence.or(rmbFence.between(notNoreturn, lk.r4rmb)).optional().to(marked);

    // Visibility and executes-before for plain accesses
    Relation strongly = strongFence.then(xbstar);
    Relation wwVis =
        fence.or(strongly.then(wPreBounded)).or(wPostBounded.then(vis).then(wPreBounded));
    Relation wrVis =
        fence.or(strongly.then(rPreBounded)).or(wPostBounded.then(vis).then(rPreBounded));
    Relation rwXbstar = fence.or(rPostBounded.then(xbstar).then(wPreBounded));

    // Potential races
    EventSet accesses = basics.accesses;
    EventSet notInitial = basics.set(event -> !event.isFence() && !event.isInitial());
    Relation pairs = basics.external(all(basics, accesses, accesses));
    Relation preRace = pairs.between(lk.plain, accesses).or(pairs.between(notInitial, lk.plain));

    // Coherence requirements for plain accesses
    Relation wrIncoh = preRace.and(rf).and(rwXbstar.inverse());
    Relation rwIncoh = preRace.and(basics.fr).and(wrVis.inverse());
    Relation wwIncoh = preRace.and(co).and(wwVis.inverse());
    incoherent = wrIncoh.or(rwIncoh).or(wwIncoh);

    // Actual races
    EventSet writes = basics.writes;
    Relation markedWrite = all(basics, marked, writes);
    Relation writeMarked = all(basics, writes, marked);
    Relation wwNonrace = wwVis.and(markedWrite.or(rwXbstar)).and(writeMarked.or(wrVis));
    Relation wwRace = preRace.and(co).minus(wwNonrace);
    Relation wrRace = preRace.and(co.or(identity).then(rf)).minus(wrVis).minus(rwXbstar.inverse());
    Relation rwRace = preRace.and(basics.fr).minus(rwXbstar);
    races = wwRace.or(wrRace).or(rwRace);
  }

  private static Relation all(Basics basics, EventSet from, EventSet to) {
    Relation result = Relation.none(basics.graph);
    for (int i = 0; i < basics.graph.size(); i++) {
      for (int j = 0; from.has(i) && j < basics.graph.size(); j++) {
        if (to.has(j)) {
          result.add(i, j);
        }
      }
    }
    return result;
  }

  /** LKMM: {@code empty (wr-incoh | rw-incoh | ww-incoh) as plain-coherence}. */
  boolean isCoherent() {
    return incoherent.isEmpty();
  }

  /** LKMM: {@code flag ~empty (ww-race | wr-race | rw-race) as data-race}. */
  ImmutableList<Judgement.Race> races() {
    ImmutableList.Builder<Judgement.Race> result = ImmutableList.builder();
    for (int first = 0; first < races.size(); first++) {
      for (int second = 0; second < races.size(); second++) {
        if (races.has(first, second)) {
          result.add(new Judgement.Race(first, second));
        }
      }
    }
    return result.build();
  }
}

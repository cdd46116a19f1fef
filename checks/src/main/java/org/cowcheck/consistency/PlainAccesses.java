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
   * @param xb {@code hb | pb | rb}, or what is the same once it is closed
   */
  PlainAccesses(LinuxKernelRelations lk, Relation rcuFence, Relation xb) {
    Basics basics = lk.basics;
    EventSet marked = lk.marked;
    EventSet noreturn = lk.noreturn;
    Relation identity = Relation.identity(basics.graph, basics.all);
    Relation markedOnly = Relation.identity(basics.graph, marked);
    Relation co = basics.co;
    Relation rf = basics.rf;
    Relation rfe = basics.external(rf);

    // Potential races; only those of conflicting accesses matter below.
    EventSet accesses = basics.accesses;
    EventSet notInitial = basics.set(event -> !event.isFence() && !event.isInitial());
    Relation coThenRf = co.or(identity).then(rf);
    Relation pairs = basics.external(co.or(coThenRf).or(basics.fr));
    Relation preRace = pairs.between(lk.plain, accesses).or(pairs.between(notInitial, lk.plain));
    if (preRace.isEmpty()) {
      incoherent = preRace;
      races = preRace;
      return;
    }
    // What follows is asked of these events alone.
    EventSet racing = preRace.field();
    Relation fence = lk.fence.or(rcuFence);
    Relation fromRacing = fence.from(racing);
    Relation strongFence = lk.strongFence.or(rcuFence);

    // Boundaries for lifetimes of plain accesses
    EventSet notNoreturn = basics.ids(id -> !noreturn.has(id));
    Relation rmbFence = basics.fencerel(Fence::isReadBarrier);
    Relation wPreBounded = markedOnly.then(lk.addr.or(fence).optional()).to(racing);
    Relation rPreBounded =
        markedOnly
            .then(lk.addr.or(lk.nonrwFence).or(rmbFence.between(lk.r4rmb, notNoreturn)).optional())
            .to(racing);
    Relation wPostBounded = fence.optional().between(racing, marked);
    Relation rPostBounded =
        lk.nonrwFence
            .or(rmbFence.between(notNoreturn, lk.r4rmb))
            .optional()
            .between(racing, marked);

    // Executes-before and visibility
    Relation xbstar = xb.star();
    Relation toVisible = wPostBounded.then(lk.cumulFence().star()).then(rfe.optional()).to(marked);
    Relation wPostBoundedVis =
        toVisible
            .then(strongFence.to(marked))
            .then(xbstar)
            .or(toVisible.then(basics.internal(xbstar)));

    // Visibility and executes-before for plain accesses
    Relation strongly = strongFence.from(racing).then(xbstar);
    Relation wwVis =
        fromRacing.or(strongly.then(wPreBounded)).or(wPostBoundedVis.then(wPreBounded));
    Relation wrVis =
        fromRacing.or(strongly.then(rPreBounded)).or(wPostBoundedVis.then(rPreBounded));
    Relation rwXbstar = fromRacing.or(rPostBounded.then(xbstar).then(wPreBounded));

    // Coherence requirements for plain accesses
    Relation wrIncoh = preRace.and(rf).and(rwXbstar.inverse());
    Relation rwIncoh = preRace.and(basics.fr).and(wrVis.inverse());
    Relation wwIncoh = preRace.and(co).and(wwVis.inverse());
    incoherent = wrIncoh.or(rwIncoh).or(wwIncoh);

    // Actual races
    EventSet writes = basics.writes;
    Relation wwNonrace =
        wwVis
            .and(preRace.between(marked, writes).or(rwXbstar))
            .and(preRace.between(writes, marked).or(wrVis));
    Relation wwRace = preRace.and(co).minus(wwNonrace);
    Relation wrRace = preRace.and(coThenRf).minus(wrVis).minus(rwXbstar.inverse());
    Relation rwRace = preRace.and(basics.fr).minus(rwXbstar);
    races = wwRace.or(wrRace).or(rwRace);
  }

  /** LKMM: {@code empty (wr-incoh | rw-incoh | ww-incoh) as plain-coherence}. */
  boolean isCoherent() {
    return incoherent.isEmpty();
  }

  /** LKMM: {@code flag ~empty (ww-race | wr-race | rw-race) as data-race}. */
  ImmutableList<Judgement.Race> races() {
    ImmutableList.Builder<Judgement.Race> result = ImmutableList.builder();
    races.forEach((first, second) -> result.add(new Judgement.Race(first, second)));
    return result.build();
  }
}

package org.cowcheck.consistency;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.EventSet;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.RmwOrder;

/**
 * The relations of the Linux-kernel memory model, up to pb, by their names in
 * tools/memory-model/linux-kernel.cat of Linux 6.1 (Alglave, Maranget, McKenney, Parri, Stern,
 * ASPLOS 2018; plain accesses: Stern 2019). Hyphens become camel case.
 */
final class LinuxKernelRelations {
  final Basics basics;

  final EventSet marked;
  final EventSet plain;
  final EventSet acquire;
  final EventSet release;
  final EventSet noreturn;
  final EventSet r4rmb;

  final Relation addr;
  final Relation rmb;
  final Relation wmb;
  final Relation strongFence;
  final Relation nonrwFence;
  final Relation fence;
  final Relation ppo;
  private final Supplier<Relation> ppoWithoutCo;
  private final Supplier<Relation> cumulFence = Suppliers.memoize(this::makeCumulFence);
  private final Supplier<Relation> prop = Suppliers.memoize(this::makeProp);
  private final Supplier<Relation> hb = Suppliers.memoize(this::makeHb);
  private final Supplier<Relation> pb = Suppliers.memoize(this::makePb);
  private final Relation poRel;
  private final Relation poUnlockLockPo;
  private final Relation rfe;

  LinuxKernelRelations(Basics basics) {
    this.basics = basics;
    EventSet m = basics.accesses;
    EventSet w = basics.writes;
    Relation po = basics.po;

    // linux-kernel.bell: Marked, Plain.
    marked = basics.set(event -> event.order() != Order.PLAIN);
    plain = basics.set(event -> event.order() == Order.PLAIN);
    acquire = basics.ids(this::isAcquire);
    release = basics.set(event -> event.isWrite() && event.order() == Order.RELEASE);
    EventSet unlock = basics.set(event -> event.lockRole() == LockRole.UNLOCK);
    EventSet lockRead = basics.ids(this::isLockRead);

    // Release Acquire
    Relation acqPo = po.between(acquire, m);
    poRel = po.between(m, release);
    poUnlockLockPo = po.to(unlock).then(po.or(basics.rf).to(lockRead)).then(po);

    // Fences
    noreturn = basics.set(LinuxKernelRelations::isNoreturn);
    r4rmb = basics.set(event -> event.isRead() && !isNoreturn(event));
    rmb = basics.fencerel(Fence::isReadBarrier).between(r4rmb, r4rmb);
    wmb = basics.fencerel(Fence::isWriteBarrier).between(w, w);
    Relation gp =
        po.to(basics.set(event -> event.isFence() && event.fence().isGracePeriod()))
            .then(po.optional());
    strongFence = mb(basics.co.or(po)).or(gp);
    nonrwFence = strongFence.or(poRel).or(acqPo);
    fence = nonrwFence.or(wmb).or(rmb);

    // Preserved Program Order
    addr = basics.dependency(Event::addressReads);
    Relation data = basics.dependency(Event::dataReads);
    Relation ctrl = basics.dependency(Event::controlReads);
    Relation dep = addr.or(data);
    Relation rwdep = dep.or(ctrl).to(w);
    Relation overwrite = basics.co.or(basics.fr);
    Relation toW = rwdep.or(basics.internal(overwrite)).or(addr.to(plain).then(wmb));
    Relation rfi = basics.internal(basics.rf);
    rfe = basics.external(basics.rf);
    Relation toR = addr.or(dep.to(marked).then(rfi));
    ppo = toR.or(toW).or(fence).or(basics.internal(poUnlockLockPo));
    ppoWithoutCo =
        () ->
            toR.or(rwdep)
                .or(addr.to(plain).then(wmb))
                .or(basics.poLoc.to(w))
                .or(mb(po).or(gp).or(poRel).or(acqPo).or(wmb).or(rmb))
                .or(basics.internal(poUnlockLockPo));
  }

  // Propagation: Ordering from release operations and strong fences.

  /** {@code let cumul-fence}. */
  Relation cumulFence() {
    return cumulFence.get();
  }

  private Relation makeCumulFence() {
    Relation cumulated = rfe.to(marked).optional().then(strongFence.or(poRel));
    return cumulated.or(wmb).or(poUnlockLockPo).between(marked, marked);
  }

  /** {@code let prop}. */
  Relation prop() {
    return prop.get();
  }

  private Relation makeProp() {
    return basics
        .external(basics.co.or(basics.fr))
        .optional()
        .from(marked)
        .then(cumulFence().star())
        .to(marked)
        .then(rfe.optional())
        .to(marked);
  }

  // Happens Before

  /** {@code let hb}: happens-before. */
  Relation hb() {
    return hb.get();
  }

  private Relation makeHb() {
    Relation propInt = basics.internal(prop().minus(Relation.identity(basics.graph, basics.all)));
    return ppo.or(rfe).or(propInt).between(marked, marked);
  }

  // Write and fence propagation ordering

  /** {@code let pb = prop ; strong-fence ; hb* ; [Marked]}. */
  Relation pb() {
    return pb.get();
  }

  private Relation makePb() {
    return prop().then(strongFence).then(hb().star()).to(marked);
  }

  /** What {@code hb | pb} is the same as once it is closed: of pb, {@code hb*} is left to hb. */
  Relation xb() {
    return hb().or(prop().then(strongFence).to(marked));
  }

  /**
   * The part of happens-before that is there whatever the coherence order, as long as that is
   * coherent: a write comes after what precedes it in program order on its word.
   */
  Relation hbWithoutCo() {
    return ppoWithoutCo.get().or(rfe).between(marked, marked);
  }

  /**
   * {@code let mb}: pairs of accesses across a full fence.
   *
   * @param unlockToLock {@code co | po}, for smp_mb__after_unlock_lock
   */
  private Relation mb(Relation unlockToLock) {
    EventSet lockWrite = basics.set(event -> event.lockRole() == LockRole.LOCK_WRITE);
    EventSet unlock = basics.set(event -> event.lockRole() == LockRole.UNLOCK);
    // A conditional read-modify-write that fails is one too; a lock is not.
    EventSet rmw = basics.set(event -> event.update() != null);
    Relation po = basics.po;
    Relation result = fencerelMb();
    if (has(Fence.BEFORE_ATOMIC)) {
      result = result.or(fencerel(Fence.BEFORE_ATOMIC).to(rmw).then(po.optional()));
    }
    if (has(Fence.AFTER_ATOMIC)) {
      result = result.or(po.optional().to(rmw).then(fencerel(Fence.AFTER_ATOMIC)));
    }
    if (has(Fence.AFTER_SPINLOCK)) {
      result = result.or(po.optional().to(lockWrite).then(fencerel(Fence.AFTER_SPINLOCK)));
    }
    if (has(Fence.AFTER_UNLOCK_LOCK)) {
      Relation toLock = po.to(unlock).then(unlockToLock).to(lockWrite);
      result = result.or(toLock.then(fencerel(Fence.AFTER_UNLOCK_LOCK)));
    }
    return result.between(basics.accesses, basics.accesses);
  }

  private boolean has(Fence fence) {
    for (int id = basics.graph.words(); id < basics.graph.size(); id++) {
      if (basics.graph.event(id).fence() == fence) {
        return true;
      }
    }
    return false;
  }

  private Relation fencerel(Fence fence) {
    return basics.fencerel(kind -> kind == fence);
  }

  /**
   * {@code fencerel(Mb)}: all pairs across a full fence. The fences around a successful fully
   * ordered read-modify-write lie right before its read and right after its write.
   */
  Relation fencerelMb() {
    Graph graph = basics.graph;
    return basics
        .fencerel(Fence::isFullBarrier)
        .or(
            basics.across(
                (cpu, barriers) -> {
                  for (int i = 0; i < graph.length(cpu); i++) {
                    if (basics.isFullUpdate(graph.at(cpu, i))) {
                      barriers.add(i, i);
                      barriers.add(i + 2, i + 2);
                    }
                  }
                }));
  }

  private boolean isAcquire(int id) {
    Event event = basics.graph.event(id);
    if (!event.isRead() || event.order() != Order.ACQUIRE) {
      return false;
    }
    boolean conditional = event.update() != null || event.lockRole() == LockRole.TRY_READ;
    return !conditional || event.writesAfter(basics.graph.value(id));
  }

  private boolean isLockRead(int id) {
    LockRole role = basics.graph.event(id).lockRole();
    return role == LockRole.LOCK_READ || (role == LockRole.TRY_READ && !basics.isFailedTry(id));
  }

  private static boolean isNoreturn(Event event) {
    return event.isRead() && event.update() != null && event.update().order() == RmwOrder.NORETURN;
  }
}

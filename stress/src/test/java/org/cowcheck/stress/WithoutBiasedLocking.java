package org.cowcheck.stress;

import java.util.SortedSet;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.vm.VMSupport;

/**
 * jcstress without the JVMs that have biased locking, where JVMs still have it. Each of them is
 * there a second time without it, and is otherwise the same; to tests whose actors enter no monitor
 * both are one.
 */
final class WithoutBiasedLocking extends JCStress {
  private WithoutBiasedLocking(Options options) {
    super(options);
  }

  /** Runs jcstress with its own arguments. */
  public static void main(String[] arguments) throws Exception {
    Options options = new Options(arguments);
    if (!options.parse()) {
      System.exit(1);
    }
    new WithoutBiasedLocking(options).run();
  }

  /** jcstress asks when it has found out what JVMs there are, and before it plans what to run. */
  @Override
  public SortedSet<String> getTests() {
    VMSupport.getAvailableVMConfigs()
        .removeIf(config -> config.origArgs().contains("-XX:+UseBiasedLocking"));
    return super.getTests();
  }
}

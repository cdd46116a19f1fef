package org.cowcheck.ablation;

import org.cowcheck.patch.Platform;
import org.cowcheck.verdict.Cell;

/**
 * A memory model on a platform.
 *
 * @param model the name of the memory model
 */
public record Column(String model, Platform platform) {
  @Override
  public String toString() {
    return model + " x " + Cell.name(platform);
  }
}

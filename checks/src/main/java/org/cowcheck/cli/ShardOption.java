package org.cowcheck.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cowcheck.nightly.Plan;
import picocli.CommandLine.Option;

/** {@code --shard}. */
final class ShardOption {
  private static final Pattern SHARD = Pattern.compile("(\\d{1,4})/(\\d{1,4})");

  @Option(
      names = "--shard",
      paramLabel = "K/N",
      description = "Only the K-th of N parts, which are the same on every machine.")
  private String shard = "1/1";

  Plan.Shard shard() {
    Matcher matcher = SHARD.matcher(shard);
    if (matcher.matches()) {
      int part = Integer.parseInt(matcher.group(1));
      int parts = Integer.parseInt(matcher.group(2));
      if (part >= 1 && part <= parts) {
        return new Plan.Shard(part, parts);
      }
    }
    throw new BadInputException("--shard must be K/N with K from 1 to N, not '" + shard + "'");
  }
}

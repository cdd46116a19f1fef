package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableMap;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;

/**
 * What edits cost: the cost of the kind, times the weight of the path or function.
 *
 * @param kinds those that differ from {@link Kind#cost}
 * @param weights by the name of a path or of a kernel function; the function counts first
 */
public record Costs(ImmutableMap<Kind, Integer> kinds, ImmutableMap<String, Integer> weights) {
  private static final int HOT = 2;

  /** GUP-fast, the faults, and what runs for each page that is allocated or freed weigh twice. */
  public static final ImmutableMap<String, Integer> HOT_PATHS =
      ImmutableMap.<String, Integer>builder()
          .put("gup_pte_range", HOT)
          .put("try_grab_folio", HOT)
          .put("gup_must_unshare", HOT)
          .put("gup_huge_pmd", HOT)
          .put("gup_huge_pmd of hugetlb", HOT)
          .put("handle_pte_fault", HOT)
          .put("do_anonymous_page", HOT)
          .put("do_huge_pmd_anonymous_page", HOT)
          .put("do_wp_page", HOT)
          .put("do_huge_pmd_wp_page", HOT)
          .put("do_swap_page", HOT)
          .put("do_fault", HOT)
          .put("prep_new_page", HOT)
          .put("put_page", HOT)
          .put("PageSlab", HOT)
          .buildOrThrow();

  /** The costs unless the user says otherwise. */
  public static final Costs DEFAULT = new Costs(ImmutableMap.of(), HOT_PATHS);

  /** What an edit of a kind costs at a step. */
  int of(Kind kind, Step step) {
    return kinds.getOrDefault(kind, kind.cost()) * weight(step);
  }

  private int weight(Step step) {
    Integer weight = weights.get(step.kernelFunction());
    return weight != null ? weight : weights.getOrDefault(path(step), 1);
  }

  /** The name of the path that a step is of, or the empty string. */
  static String path(Step step) {
    return Paths.all().stream()
        .filter(path -> path.all().contains(step))
        .map(Steps::path)
        .findFirst()
        .orElse("");
  }

  /** Whether a path or a kernel function has this name. */
  public static boolean isKnown(String name) {
    return Paths.all().stream()
        .anyMatch(
            path ->
                path.path().equals(name)
                    || path.all().stream().anyMatch(step -> step.kernelFunction().equals(name)));
  }
}

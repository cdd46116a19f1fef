package org.cowcheck.ablation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMultimap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Multimaps;
import com.google.common.collect.Sets;
import java.util.Collection;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;

/** A change to the edits of a patch. */
public record Change(ImmutableSet<Edit> removes, ImmutableSet<Edit> adds) {
  static Change removing(Edit edit) {
    return new Change(ImmutableSet.of(edit), ImmutableSet.of());
  }

  static Change adding(Edit edit) {
    return new Change(ImmutableSet.of(), ImmutableSet.of(edit));
  }

  /** The patch with the change; under the name of the catalogue if it is there, too. */
  Patch of(Patch patch, String name, String title) {
    ImmutableList<Edit> edits =
        ImmutableSet.<Edit>builder()
            .addAll(patch.edits().stream().filter(edit -> !removes.contains(edit)).iterator())
            .addAll(adds)
            .build()
            .asList();
    Patch changed = new Patch(name, title, patch.base(), edits);
    return Patches.all().stream()
        .filter(known -> known.base() == patch.base() && differing(known, changed).isEmpty())
        .findFirst()
        .orElse(changed);
  }

  /** The labels of the edits in which two patches on one state differ. */
  static ImmutableSet<String> differing(Patch one, Patch other) {
    ImmutableMultimap<String, Edit> ones = Multimaps.index(one.edits(), Edit::label);
    ImmutableMultimap<String, Edit> others = Multimaps.index(other.edits(), Edit::label);
    return Sets.union(ones.keySet(), others.keySet()).stream()
        .filter(label -> !isSame(ones.get(label), others.get(label)))
        .collect(ImmutableSet.toImmutableSet());
  }

  /** Edits of one label, in their order: where there are several of one kind it may count. */
  private static boolean isSame(Collection<Edit> ones, Collection<Edit> others) {
    return ImmutableList.copyOf(ones).equals(ImmutableList.copyOf(others));
  }
}

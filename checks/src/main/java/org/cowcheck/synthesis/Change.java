package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.patch.Edit;

/** A change to the edits of a patch. */
sealed interface Change {

  /** The edits with the change. */
  ImmutableList<Edit> in(List<Edit> edits);

  /** One edit more. */
  record Add(Edit edit) implements Change {
    @Override
    public ImmutableList<Edit> in(List<Edit> edits) {
      return ImmutableList.<Edit>builder().addAll(edits).add(edit).build();
    }
  }

  /** One edit less: what the patch left out is there again. */
  record Undo(Edit edit) implements Change {
    @Override
    public ImmutableList<Edit> in(List<Edit> edits) {
      return edits.stream()
          .filter(other -> !other.equals(edit))
          .collect(ImmutableList.toImmutableList());
    }
  }
}

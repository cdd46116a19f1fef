package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.UnheldLockException;
import org.cowcheck.litmus.LitmusException;
import org.cowcheck.litmus.LitmusReader;
import org.cowcheck.litmus.LitmusResult;
import org.cowcheck.litmus.LitmusRow;
import org.cowcheck.litmus.LitmusRun;
import org.cowcheck.litmus.LitmusTest;
import org.cowcheck.litmus.UnsupportedException;

/** Runs litmus tests side by side; the order of what is done is theirs. */
final class LitmusChecks {
  private static final int MAX_BYTES = 1 << 20;

  private final MemoryModel model;
  private final Bounds bounds;
  private final int threads;
  private final ProgressLine progress;
  private final BooleanSupplier interrupted;
  private final AtomicInteger count = new AtomicInteger();

  /** A file, and how tables name it. */
  record Source(Path file, String path) {}

  /**
   * A file that was looked at.
   *
   * @param problem why there is no result, or the empty string
   */
  record Done(LitmusRow row, Optional<LitmusResult> result, String problem) {
    double seconds() {
      return result.map(LitmusResult::seconds).orElse(0.0);
    }
  }

  LitmusChecks(
      MemoryModel model,
      Bounds bounds,
      int threads,
      ProgressLine progress,
      BooleanSupplier interrupted) {
    this.model = model;
    this.bounds = bounds;
    this.threads = threads;
    this.progress = progress;
    this.interrupted = interrupted;
  }

  ImmutableList<Done> run(List<Source> sources) throws InterruptedException {
    try {
      return SideBySide.run(
          sources, threads, (source, inside) -> check(source, inside, sources.size()));
    } finally {
      progress.clear();
    }
  }

  private Done check(Source source, int inside, int total) {
    Done done;
    try {
      LitmusTest test = LitmusReader.read(source.file().toString(), content(source.file()));
      LitmusResult result = LitmusRun.run(test, model, bounds, inside, interrupted);
      done = new Done(LitmusRow.of(source.path(), result), Optional.of(result), "");
    } catch (UnsupportedException e) {
      done = failed(source, LitmusRow.UNSUPPORTED, e.getMessage());
    } catch (UnheldLockException e) {
      done =
          failed(source, LitmusRow.UNSUPPORTED, source.file() + ": unsupported: " + e.getMessage());
    } catch (LitmusException | BadInputException e) {
      done = failed(source, LitmusRow.MALFORMED, e.getMessage());
    }
    count.incrementAndGet();
    progress.of(count, total, source.path()).at(0, 0);
    return done;
  }

  private static Done failed(Source source, String verdict, String problem) {
    return new Done(LitmusRow.without(source.path(), verdict), Optional.empty(), problem);
  }

  private static String content(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new BadInputException(
            "%s: expected at most %d bytes, found more".formatted(file, MAX_BYTES));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IOException e) {
      throw BadInputException.unreadable(file, e);
    }
  }
}

package org.cowcheck.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** A run as one JSON object, which {@code report.schema.json} describes. */
public final class RunJson {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  private RunJson() {}

  /** The JSON of a run. */
  public static String print(RunReport report) {
    return GSON.toJson(report) + "\n";
  }
}

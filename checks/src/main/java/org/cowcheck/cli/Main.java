package org.cowcheck.cli;

import org.cowcheck.report.WitnessFile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The cowcheck command. */
@Command(
    name = "cowcheck",
    description =
        "Can this patch lose the exclusivity of an anonymous page, or make PageSlab() lie?",
    subcommands = {
      CheckCommand.class,
      AblateCommand.class,
      DiffCommand.class,
      ListCommand.class,
      StepsCommand.class,
      ShowCommand.class,
      ExplainCommand.class,
      ReplayCommand.class,
      ExportCommand.class,
      LitmusCommand.class,
      BenchCommand.class,
      VerdictsCommand.class,
      HuntCommand.class,
      NightlyCommand.class,
      CompareCommand.class,
      MergeCommand.class,
      LincheckCommand.class,
      StressCommand.class,
      SynthesizeCommand.class,
      FindingCommand.class,
      ReportCommand.class,
      CommandLine.HelpCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    version = "cowcheck 0.1-SNAPSHOT")
public final class Main {
  Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a command line and returns its exit code. */
  static int run(String... args) {
    CommandLine line = new CommandLine(new Main());
    line.setParameterExceptionHandler((e, arguments) -> badUsage(e));
    line.setExecutionExceptionHandler(
        (e, command, result) -> {
          if (e instanceof BadInputException || e instanceof WitnessFile.UnreadableException) {
            return badInput(e.getMessage());
          }
          throw e;
        });
    if (args.length == 0) {
      line.usage(System.err);
      return ExitCode.BAD_INPUT;
    }
    return line.execute(args);
  }

  private static int badUsage(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return badInput(
          e.getMessage() + "; did you mean '" + unmatched.getSuggestions().get(0) + "'?");
    }
    return badInput(e.getMessage());
  }

  private static int badInput(String message) {
    System.err.println("cowcheck: " + message.replaceAll("\\s*\\R\\s*", " "));
    return ExitCode.BAD_INPUT;
  }
}

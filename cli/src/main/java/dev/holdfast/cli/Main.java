package dev.holdfast.cli;

import dev.holdfast.cli.demo.DemoCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The top of the command line. A subcommand is a class of its own in this package, named in {@code
 * subcommands} below; its {@code call} returns the exit code.
 */
@Command(
    name = "holdfast",
    description = "Keeps streamed LLM answers whole.",
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    subcommands = {
      ChatCommand.class,
      DemoCommand.class,
      RelayCommand.class,
      SeamsCommand.class,
      SimulateCommand.class,
      WorldCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().setOut(writer(System.out)).execute(args));
  }

  /**
   * A writer that knows when nobody reads the stream any more; the one that comes of itself does
   * not ask.
   */
  static PrintWriter writer(PrintStream out) {
    return new PrintWriter(out, true);
  }

  /** The whole command line, ready to execute; tests give it writers of their own. */
  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  /** Called only when no subcommand was named, which leaves nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected a command, came none; the commands are listed below");
  }

  /** Read from the manifest of the jar, so that the number stands in the pom alone. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "holdfast " + (version == null ? "(not packaged)" : version),
        "JVM " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
      };
    }
  }
}

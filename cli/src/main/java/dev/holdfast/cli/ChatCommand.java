package dev.holdfast.cli;

import dev.holdfast.cli.demo.Terminal;
import dev.holdfast.client.ChatRequest;
import dev.holdfast.client.Message;
import dev.holdfast.client.StreamOutcome;
import dev.holdfast.simulator.fault.FaultPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks one question and streams the answer, whole. */
@Command(
    name = "chat",
    description = {
      "Asks a model and streams its answer to the standard output; what breaks on the way is mended,"
          + " and told on the standard error.",
      "Without --base-url it asks the provider whose key is in the environment (OPENAI_API_KEY,"
          + " DEEPSEEK_API_KEY, …). Models simulator/… need no key."
    },
    footer = {
      "",
      "Exit codes: 0 the answer is whole, 1 it is not, 2 wrong use or no provider.",
      "",
      "A first try: holdfast chat --model simulator/any --fault 'cut@30; ok' \"Tell me a story\""
    })
final class ChatCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "M",
      description = "The model, also as PROVIDER/MODEL; default: a usual one of the provider.")
  private @Nullable String model;

  @Option(
      names = "--base-url",
      paramLabel = "U",
      description =
          "Asks there, a provider or a relay; wants --model. The key is HOLDFAST_API_KEY, if set,"
              + " unless the provider's own variable is.")
  private @Nullable String baseUrl;

  @Option(
      names = "--lenient",
      description = "Takes a continuation that can't be proven to join, and says so.")
  private boolean lenient;

  @Option(
      names = "--fault",
      paramLabel = "PLAN",
      description = "What the built-in simulator does wrong; see holdfast simulate --help.")
  private @Nullable String fault;

  @Parameters(paramLabel = "PROMPT", description = "What to ask; - reads the standard input.")
  private String prompt = "";

  @Spec private CommandSpec spec;

  private final Map<String, String> environment;
  private final IntPredicate isTerminal;

  ChatCommand() {
    this(System.getenv(), Terminal::isTerminal);
  }

  /**
   * @param isTerminal whether a descriptor of this process is at a terminal
   */
  ChatCommand(Map<String, String> environment, IntPredicate isTerminal) {
    this.environment = environment;
    this.isTerminal = isTerminal;
  }

  @Override
  public Integer call() throws IOException {
    var out = spec.commandLine().getOut();
    var err = spec.commandLine().getErr();
    var question =
        prompt.equals("-") ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : prompt;
    if (question.isBlank()) {
      err.println("holdfast: expected a prompt, got none");
      return 2;
    }
    try (var place = ChatPlace.find(environment, model, baseUrl, plan())) {
      return ask(place, question, out, err);
    } catch (IllegalArgumentException e) {
      err.println("holdfast: " + e.getMessage());
      return 2;
    }
  }

  private FaultPlan plan() {
    try {
      return fault == null ? FaultPlan.HEALTHY : FaultPlan.parse(fault);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--fault: " + e.getMessage());
    }
  }

  private int ask(ChatPlace place, String question, PrintWriter out, PrintWriter err) {
    // The line under the text takes both: the text is at the one, the line goes to the other.
    boolean live = Terminal.isLive(environment, isTerminal, Terminal.OUTPUT, Terminal.ERROR);
    var status = new StatusLine(err, live);
    var builder = place.client().onRetry(status::retry).onQueue(status::queued);
    if (lenient) {
      builder.lenient();
    }
    try (var holdfast = builder.build()) {
      var outcome =
          holdfast.tryStream(
              ChatRequest.of(place.model(), Message.user(question)),
              text -> {
                status.clear();
                out.print(text);
                if (out.checkError()) {
                  throw new OutputClosed();
                }
              });
      status.clear();
      if (outcome instanceof StreamOutcome.Incomplete i && i.cause() instanceof OutputClosed) {
        status.unread();
        return 1;
      }
      if (outcome instanceof StreamOutcome.Complete
          || outcome instanceof StreamOutcome.Incomplete i && !i.partial().text().isEmpty()) {
        out.println();
        out.flush();
      }
      return switch (outcome) {
        case StreamOutcome.Complete c -> {
          status.whole(c.answer());
          yield 0;
        }
        case StreamOutcome.Incomplete i -> {
          status.broken(i);
          yield 1;
        }
      };
    }
  }

  /** Whoever read the answer has gone; going on would only cost. */
  private static final class OutputClosed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}

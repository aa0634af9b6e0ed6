package dev.holdfast.simulator;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.provider.Manner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * One row of {@code faults.csv}: a fault and what a reader must get in spite of it.
 *
 * <p>The table was written before anything that it judges. It speaks of one route with one target
 * on the {@code openai-chat} wire and the default settings with short clocks. {@code expected} and
 * {@code why} hold where the manner towards continuations is proven; a column for each other way to
 * go on says {@code same}, {@code error:} and the word of the final error, or {@code -} where
 * nothing is promised.
 *
 * @param name unique, in snake case
 * @param plan what the upstream does, attempt by attempt
 * @param request what is asked for
 * @param phase where in the answer the first fault strikes
 * @param manners the manners of the upstream towards continuations that the row is run in
 * @param retryable whether another attempt may help against the fault; false if there is none
 * @param expected what the reader gets
 * @param why the word that the final error names; where the answer is whole, the word under which
 *     the first break is booked, or {@code none}
 * @param ways what comes of it by each way to go on; none where nothing is promised
 * @param readerSees the outcome where the manner is proven, in a sentence
 */
public record FaultCase(
    String name,
    FaultPlan plan,
    RequestKind request,
    Phase phase,
    Manners manners,
    boolean retryable,
    Expected expected,
    String why,
    Map<FaultStrategy.Column, Outcome> ways,
    String readerSees) {
  /** The words that {@code why} is drawn from, one for each kind of failure. */
  public static final Set<String> WORDS =
      Set.of(
          "none",
          "refused",
          "dns",
          "tls",
          "connect_timeout",
          "first_progress_timeout",
          "stall",
          "reset",
          "truncation",
          "malformed_stream",
          "wrong_content_type",
          "redirect",
          "in_band_error",
          "interrupted",
          "no_finish_reason",
          "rate_limited",
          "out_of_quota",
          "overloaded",
          "server_error",
          "invalid_request",
          "option_refused",
          "unknown_model",
          "upstream_auth",
          "content_filtered",
          "context_too_long",
          "tool_call_released",
          "structured_output",
          "several_choices",
          "logprobs",
          "unproven_seam",
          "breaker_open",
          "queue_full",
          "journal_failed",
          "cancelled");

  private static final String HEADER =
      "name,plan,request,phase,manners,retryable,expected,why,"
          + "anchor,unheeded,replay,differing,reader_sees";

  public FaultCase {
    ways = Map.copyOf(ways);
  }

  /** Where a fault strikes. */
  public enum Phase {
    /** Before the status line. */
    BEFORE_HEAD,
    /** After the head, before the first generated delta. */
    BEFORE_CONTENT,
    /** After the first generated delta. */
    AFTER_CONTENT,
    /** After the finish reason of every choice. */
    AFTER_FINISH
  }

  /** The manners that a row is run in. */
  public enum Manners {
    /** Any one: the outcome does not depend on it. */
    ANY(List.of(Manner.PREFILL)),
    /** Exact prefill and each kind of echo, in turn. */
    PREFILL_AND_ECHO(List.of(Manner.PREFILL, Manner.ECHO, Manner.ECHO_GLUED));

    private final List<Manner> each;

    Manners(List<Manner> each) {
      this.each = each;
    }

    /** The manners to run the row in, one after the other. */
    public List<Manner> each() {
      return each;
    }
  }

  /** What a reader gets. */
  public sealed interface Expected {
    /** Exactly the unbroken answer. */
    record Equal() implements Expected {}

    /** That status and no part of an answer. */
    record Status(int status) implements Expected {}

    /** A part of the answer, {@code event: error} and a cut connection. */
    record ErrorAndCut() implements Expected {}
  }

  /**
   * What a reader gets, and the word for it.
   *
   * @param why as {@link FaultCase#why}
   */
  public record Outcome(Expected expected, String why) {}

  /** Whether the table promises anything of a strategy. */
  public boolean judges(FaultStrategy strategy) {
    return ways.containsKey(strategy.column());
  }

  /**
   * What the table promises of a strategy.
   *
   * @throws NoSuchElementException if it promises nothing
   */
  public Outcome outcome(FaultStrategy strategy) {
    var outcome = ways.get(strategy.column());
    if (outcome == null) {
      throw new NoSuchElementException(name + ": nothing is promised of " + strategy);
    }
    return outcome;
  }

  /**
   * Reads the table.
   *
   * @throws IllegalArgumentException if a row does not follow the rules; the message names it
   */
  public static List<FaultCase> all() {
    String table;
    try (InputStream in = FaultCase.class.getResourceAsStream("faults.csv")) {
      if (in == null) {
        throw new IllegalStateException("expected faults.csv beside " + FaultCase.class.getName());
      }
      table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return parse(table);
  }

  static List<FaultCase> parse(String table) {
    List<String> lines = table.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new IllegalArgumentException("faults.csv: expected the first line " + HEADER);
    }
    var cases = new ArrayList<FaultCase>();
    for (int i = 1; i < lines.size(); i++) {
      try {
        cases.add(row(fields(lines.get(i))));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "faults.csv, line %d: %s".formatted(i + 1, e.getMessage()), e);
      }
    }
    return List.copyOf(cases);
  }

  private static FaultCase row(List<String> fields) {
    if (fields.size() != 13) {
      throw new IllegalArgumentException("expected 13 fields, got " + fields.size());
    }
    String why = word(fields.get(7));
    var proven = new Outcome(expected(fields.get(6)), why);
    var ways = new EnumMap<FaultStrategy.Column, Outcome>(FaultStrategy.Column.class);
    ways.put(FaultStrategy.Column.PROVEN, proven);
    way(FaultStrategy.Column.ANCHOR, fields.get(8), proven, ways);
    way(FaultStrategy.Column.UNHEEDED, fields.get(9), proven, ways);
    way(FaultStrategy.Column.REPLAY, fields.get(10), proven, ways);
    way(FaultStrategy.Column.DIFFERING, fields.get(11), proven, ways);
    return new FaultCase(
        fields.get(0),
        FaultPlan.parse(fields.get(1)),
        request(fields.get(2)),
        phase(fields.get(3)),
        manners(fields.get(4)),
        yes(fields.get(5)),
        proven.expected(),
        why,
        ways,
        fields.get(12));
  }

  private static String word(String why) {
    if (!WORDS.contains(why)) {
      throw new IllegalArgumentException("unknown word for why: \"" + why + "\"");
    }
    return why;
  }

  private static void way(
      FaultStrategy.Column column,
      String text,
      Outcome proven,
      Map<FaultStrategy.Column, Outcome> ways) {
    if (text.equals("same")) {
      ways.put(column, proven);
    } else if (text.startsWith("error:")) {
      String why = word(text.substring("error:".length()));
      ways.put(column, new Outcome(new Expected.ErrorAndCut(), why));
    } else if (!text.equals("-")) {
      throw new IllegalArgumentException("expected same, error:WORD or -, got \"" + text + "\"");
    }
  }

  private static RequestKind request(String text) {
    for (RequestKind kind : RequestKind.values()) {
      if (kind.text().equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown request \"" + text + "\"");
  }

  private static Phase phase(String text) {
    return switch (text) {
      case "before-head" -> Phase.BEFORE_HEAD;
      case "before-content" -> Phase.BEFORE_CONTENT;
      case "after-content" -> Phase.AFTER_CONTENT;
      case "after-finish" -> Phase.AFTER_FINISH;
      default -> throw new IllegalArgumentException("unknown phase \"" + text + "\"");
    };
  }

  private static Manners manners(String text) {
    return switch (text) {
      case "any" -> Manners.ANY;
      case "prefill+echo" -> Manners.PREFILL_AND_ECHO;
      default ->
          throw new IllegalArgumentException("expected any or prefill+echo, got \"" + text + "\"");
    };
  }

  private static boolean yes(String text) {
    return switch (text) {
      case "yes" -> true;
      case "no" -> false;
      default -> throw new IllegalArgumentException("expected yes or no, got \"" + text + "\"");
    };
  }

  private static Expected expected(String text) {
    if (text.matches("status:[45]\\d\\d")) {
      return new Expected.Status(Integer.parseInt(text.substring("status:".length())));
    }
    return switch (text) {
      case "equal" -> new Expected.Equal();
      case "error" -> new Expected.ErrorAndCut();
      default ->
          throw new IllegalArgumentException(
              "expected equal, error or status:NNN, got \"" + text + "\"");
    };
  }

  /** Splits a line by RFC 4180; fields hold no line breaks. */
  private static List<String> fields(String line) {
    var fields = new ArrayList<String>();
    var field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}

package dev.holdfast.simulator.fault;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an upstream does wrong, one entry an attempt, such as {@code reset@37; stall@60; 503; ok}.
 *
 * <p>After the last entry every attempt is healthy, unless that entry is written with a {@code *},
 * which repeats it for ever. {@link #GRAMMAR} is the whole language; {@link #toString} prints a
 * plan that {@link #parse} reads back as the same value.
 *
 * @param entries at least one; only the last may repeat; a fault of the address stands alone
 */
public record FaultPlan(List<Entry> entries) {
  /** The language of plans, for help texts. */
  public static final String GRAMMAR =
      """
      plan      one entry an attempt, divided by ";"; afterwards all are healthy
      entry     fault[@position][(option,option=value)][+quirk+quirk][*]
      *         on the last entry: repeated for ever
      position  head | N (after N tokens) | event:N | utf8:N | byte:N |
                end (of the text) | finish
      time      2 or 0.5 (seconds), 200ms, 1m30s

      ok              healthy
      refuse          accepted and reset at once; alone with "*": a closed port
      no-such-host tls-garbage
                      faults of the address, alone in a plan and for ever
      reset@P         RST                                        (after=TIME)
      cut@P           FIN without the last chunk                 (after=TIME)
      end@P           clean end                                  (after=TIME)
      stall@P         nothing more                               (keep-alive=TIME)
      pause@P         a silence, then the rest          (for=TIME,keep-alive=TIME)
      trickle         one token each                             (every=TIME)
      300 … 599       a status                 (code=C,param=P,shape=S and hints)
                      shapes openai openrouter mistral google google-array
                      ollama html plain empty
                      hints retry-after=T retry-after-date=T retry-after-ms=T
                      x-ms-retry-after-ms=T reset-requests=T reset-tokens=T
                      reset-seconds=T reset-rfc3339=T reset-epoch-ms=T
                      retry-info=T body-retry-after=T message=T
      error@P         an error in the stream               (shape=S,code=C,done)
                      shapes openai event openrouter choice native groq ollama
                      swallowed mistral google
      malformed@P     an event of broken JSON, then the rest
      huge@P          an event of mebibytes                      (mib=17)
      finish@P        stops with a reason and [DONE]             (reason=R)
      no-finish@P     stops with [DONE] alone
                      both at the end of the text by default
      html json-error wrong-type gzip nothing
                      a 200 that is not the stream asked for

      quirks    cr crlf bom no-space padding multi-line comments empty-events
                event-ids empty-choices rotating-ids no-finish-key
                usage-on-finish no-usage no-done no-last-blank half-pairs
                one-byte obfuscation hidden-reasoning big-call
      """;

  /** The plan of a provider that does nothing wrong. */
  public static final FaultPlan HEALTHY =
      new FaultPlan(List.of(new Entry(new Fault.Healthy(), Set.of(), false)));

  /** How the address of an upstream has to be for the plan to come true. */
  public enum Address {
    /** A port that listens. */
    LISTENING,
    /** A port at which nobody listens. */
    CLOSED,
    /** A host name that does not resolve. */
    UNKNOWN_HOST,
    /** A port that is asked for TLS and does not speak it. */
    TLS
  }

  /**
   * One attempt's fault.
   *
   * @param quirks manners of framing on top, in the order of {@link Quirk}
   * @param repeats whether every later attempt is the same
   */
  public record Entry(Fault fault, Set<Quirk> quirks, boolean repeats) {
    public Entry {
      quirks = Set.copyOf(quirks);
    }

    /** Whether this attempt has that manner. */
    public boolean has(Quirk quirk) {
      return quirks.contains(quirk);
    }

    @Override
    public String toString() {
      String manners =
          sorted(quirks).stream().map(quirk -> "+" + quirk.text()).collect(Collectors.joining());
      return fault.text() + manners + (repeats ? "*" : "");
    }

    private static Collection<Quirk> sorted(Set<Quirk> quirks) {
      return quirks.isEmpty() ? quirks : EnumSet.copyOf(quirks);
    }
  }

  public FaultPlan {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("expected a plan of one entry or more, got none");
    }
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.repeats() && i < entries.size() - 1) {
        throw new IllegalArgumentException(
            "only the last entry of a plan may repeat, but \"" + entry + "\" has others behind it");
      }
      if (isOfAddress(entry.fault()) && entries.size() > 1) {
        throw new IllegalArgumentException(
            "\"" + entry + "\" is a fault of the address and must stand alone in its plan");
      }
    }
  }

  /**
   * Reads a plan.
   *
   * @throws IllegalArgumentException if it is not one; the message names the entry, what was
   *     expected there and what came
   */
  public static FaultPlan parse(String text) {
    return PlanParser.parse(text);
  }

  /**
   * The entry of an attempt.
   *
   * @param attempt counted from 1
   */
  public Entry entry(int attempt) {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempts are counted from 1, got " + attempt);
    }
    if (attempt <= entries.size()) {
      return entries.get(attempt - 1);
    }
    Entry last = entries.getLast();
    boolean goesOn =
        last.repeats() || isOfAddress(last.fault()) || last.fault() instanceof Fault.Healthy;
    return goesOn ? last : HEALTHY.entries().getFirst();
  }

  /** What the address must be. */
  public Address address() {
    Entry first = entries.getFirst();
    return switch (first.fault()) {
      case Fault.NoSuchHost f -> Address.UNKNOWN_HOST;
      case Fault.TlsFailure f -> Address.TLS;
      case Fault.Refused f when first.repeats() -> Address.CLOSED;
      default -> Address.LISTENING;
    };
  }

  @Override
  public String toString() {
    return entries.stream().map(Entry::toString).collect(Collectors.joining("; "));
  }

  private static boolean isOfAddress(Fault fault) {
    return fault instanceof Fault.NoSuchHost || fault instanceof Fault.TlsFailure;
  }
}

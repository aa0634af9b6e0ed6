package dev.holdfast.engine.dialect;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What is known of a provider. Each built-in one names where its facts come from and when they were
 * read; configuration may replace single fields.
 *
 * @param name as configuration writes it
 * @param url the base URL when the configuration gives none; empty if it must
 * @param prefill how a partial answer is handed back
 * @param echo whether a continuation begins with what was sent
 * @param continuation the rungs to try, in order
 * @param doneWithoutReason whether it ends well with {@code [DONE]} and never sends a finish reason
 * @param keepAlives whether it sends bytes while it thinks, so that silence means death
 * @param includeUsage whether it takes {@code stream_options.include_usage}
 * @param sessionId whether it knows a {@code session_id} member
 * @param quotaIsThrottle whether its {@code insufficient_quota} is an ordinary rate limit
 * @param refusesTrailingSpace whether prefilled text must not end in white space
 * @param deterministic whether equal requests at temperature 0 give equal answers
 * @param outputTokensMin the least {@code max_tokens} it takes
 * @param reasoningModels names of models that think before they write
 * @param patterns names of models it serves, to route a bare name
 * @param source where the facts come from, and when they were read
 */
public record Profile(
    String name,
    String url,
    Prefill prefill,
    Echo echo,
    List<Rung> continuation,
    boolean doneWithoutReason,
    boolean keepAlives,
    boolean includeUsage,
    boolean sessionId,
    boolean quotaIsThrottle,
    boolean refusesTrailingSpace,
    boolean deterministic,
    int outputTokensMin,
    List<Pattern> reasoningModels,
    List<Pattern> patterns,
    String source) {

  public Profile {
    continuation = List.copyOf(continuation);
    reasoningModels = List.copyOf(reasoningModels);
    patterns = List.copyOf(patterns);
  }

  /**
   * How a partial answer is handed back as the beginning of the assistant's turn.
   *
   * @param proven whether the provider's own documentation, or the operator's configuration,
   *     vouches that it goes on from the last character
   * @param members what is added to the trailing assistant message, as JSON members without braces,
   *     such as {@code "prefix":true}; empty if nothing
   * @param requestMembers what is added to the request itself; empty if nothing
   * @param path appended to the base URL instead of the dialect's own path; empty for the usual one
   */
  public record Prefill(boolean proven, String members, String requestMembers, String path) {
    /** A plain trailing assistant message. */
    public static final Prefill PLAIN = new Prefill(false, "", "", "");

    public Prefill withProven(boolean nowProven) {
      return new Prefill(nowProven, members, requestMembers, path);
    }
  }

  /** What a continuation begins with. */
  public enum Echo {
    NEVER,
    ALWAYS,
    /** Recognised by what comes. */
    UNKNOWN
  }

  /** A way to go on from a partial answer. */
  public enum Rung {
    /** The upstream keeps the answer, and is asked for the events behind a cursor. */
    NATIVE,
    /** The text is handed back as the beginning of the assistant's turn. */
    PREFILL,
    /** The model is asked to repeat the end of the text and to go on from there. */
    ANCHOR,
    /** The answer is asked for again, and must begin with the text. */
    REPLAY
  }

  /**
   * The same with other rungs.
   *
   * @param vouched whether whoever writes them vouches for a prefill among them
   */
  public Profile withContinuation(List<Rung> rungs, boolean vouched) {
    return with(
        vouched && rungs.contains(Rung.PREFILL) ? prefill.withProven(true) : prefill,
        rungs,
        deterministic);
  }

  /** The same, of a target that gives equal answers to equal requests at temperature 0, or not. */
  public Profile withDeterministic(boolean repeatsItself) {
    return with(prefill, continuation, repeatsItself);
  }

  private Profile with(Prefill newPrefill, List<Rung> rungs, boolean repeatsItself) {
    return new Profile(
        name,
        url,
        newPrefill,
        echo,
        rungs,
        doneWithoutReason,
        keepAlives,
        includeUsage,
        sessionId,
        quotaIsThrottle,
        refusesTrailingSpace,
        repeatsItself,
        outputTokensMin,
        reasoningModels,
        patterns,
        source);
  }

  /** Whether a model of this name thinks before it writes. */
  public boolean reasons(String model) {
    return reasoningModels.stream().anyMatch(p -> p.matcher(model).find());
  }

  /** Whether a bare model name belongs to this provider. */
  public boolean serves(String model) {
    return patterns.stream().anyMatch(p -> p.matcher(model).find());
  }
}

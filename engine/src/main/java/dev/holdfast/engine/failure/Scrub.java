package dev.holdfast.engine.failure;

import java.util.regex.Pattern;

/**
 * Takes credentials out of what an upstream wrote, before it becomes evidence.
 *
 * <p>Providers quote the key they refuse, whole or with stars. Two strengths: {@link #body}
 * replaces only what is a credential beyond doubt, because the body is passed on as it came; {@link
 * #text} also replaces whatever looks like one, because a sentence in a log loses nothing by it.
 * Each pattern starts at the start of a run only, so that a hostile body costs time in proportion
 * to its length.
 */
final class Scrub {
  private Scrub() {}

  private static final String GONE = "***";

  /** An authorization scheme with its credential. */
  private static final Pattern SCHEME =
      Pattern.compile("(?i)\\b(bearer|basic)(\\s+|%20)[A-Za-z0-9._~+/=*-]{6,}");

  /** Keys that announce themselves: OpenAI and many more, Groq, xAI, Google, JWT, and so on. */
  private static final Pattern PREFIXED =
      Pattern.compile(
          "\\b(?:(?:sk|pk|rk|gsk|xai|hf|fw|csk|pplx|nvapi|tgp|r8)[-_][A-Za-z0-9*_.-]{6,}"
              + "|AIza[A-Za-z0-9_*-]{8,}|ya29\\.[A-Za-z0-9_.*-]+"
              + "|eyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*)");

  /** {@code api key: value}, in a sentence or a member, where the value has letters and digits. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)\\b((?:api[ _-]?key|token|secret|authorization|password)\\b[^:=\\n"
              + "]{0,24}[:=]\\s*\"?)"
              + "(?=[^\\s\"',;]{0,200}[0-9*])(?=[^\\s\"',;]{0,200}[a-z*])[^\\s\"',;]{6,}");

  /** Anything already masked in part: the rest of it is nobody's business either. */
  private static final Pattern MASKED =
      Pattern.compile("(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]*+\\*{2,}[A-Za-z0-9_.*-]*");

  /** A run of letters and digits too long for a word or a model's name. */
  private static final Pattern LONG =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{20,}[A-Za-z0-9+/=]*");

  /** The text without credentials and without what looks like one. */
  static String text(String said) {
    var clean = body(said);
    clean = NAMED.matcher(clean).replaceAll("$1" + GONE);
    clean = MASKED.matcher(clean).replaceAll(GONE);
    return LONG.matcher(clean).replaceAll(GONE);
  }

  /** The body without what is a credential beyond doubt; otherwise unchanged. */
  static String body(String said) {
    var clean = SCHEME.matcher(said).replaceAll("$1 " + GONE);
    return PREFIXED.matcher(clean).replaceAll(GONE);
  }
}

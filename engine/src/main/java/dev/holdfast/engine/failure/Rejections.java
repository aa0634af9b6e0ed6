package dev.holdfast.engine.failure;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.failure.Failure.Rejection;
import dev.holdfast.engine.failure.Failure.Rejection.Kind;
import dev.holdfast.engine.json.JsonValue;
import dev.holdfast.engine.retry.RetryHints;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns what an upstream said into a {@link Rejection}: once, here, so that nobody further on reads
 * statuses or sentences.
 *
 * <p>A refusal before the answer has a status, and mostly a body; an error inside a stream has the
 * body alone. Both are judged by the same tables ({@link ErrorWords}): a telling code first, then
 * the status, then what the sentence leaves open. The evidence never holds a credential, and an
 * authentication error's body is not kept at all, since providers quote the key in it.
 */
public final class Rejections {
  private Rejections() {}

  /** The longest body kept, in characters; larger error bodies are pages meant for people. */
  public static final int BODY_CHARS_MAX = 64 * 1024;

  /** The longest sentence kept. */
  private static final int TEXT_CHARS_MAX = 500;

  /**
   * The meaning of a response that is not an answer.
   *
   * @param status of the response; also a 200 whose body is an error
   * @param headers of the response
   * @param body as far as it was read; its size is the caller's to bound
   * @param profile what is known of the provider
   * @param wallMillis the wall clock, for hints that are dates
   */
  public static Rejection classify(
      int status, HeaderLookup headers, byte[] body, Profile profile, long wallMillis) {
    var raw = new String(body, UTF_8);
    var contentType = headers.first("content-type");
    var json = JsonValue.parse(raw);
    var error =
        json.map(ErrorBody::read).orElseGet(() -> ErrorBody.sentence(plain(raw, contentType)));
    var seen = status >= 300 ? status : error.status();
    var hint = hint(headers, json.orElse(JsonValue.NULL), error, seen, wallMillis);
    var kind = kind(seen, error, profile, hint.isPresent());
    var evidence = evidence(status, headers, raw, contentType, error, kind);
    return new Rejection(kind, evidence, bears(kind) ? hint : Optional.empty());
  }

  /**
   * The meaning of an error inside a stream.
   *
   * @param error the value of the {@code error} member, or the whole event it was found in; a
   *     string, a number, an object or an array of one
   */
  public static Failure classifyInBand(JsonValue error, Profile profile, long wallMillis) {
    var read = ErrorBody.read(error);
    var hint = hint(HeaderLookup.NONE, error, read, read.status(), wallMillis);
    var kind = kind(read.status(), read, profile, hint.isPresent());
    var evidence =
        new Evidence(
            read.status(), word(read.code()), said(read), "", "", word(read.requestId()), true);
    return new Rejection(kind, evidence, bears(kind) ? hint : Optional.empty());
  }

  /** The same of JSON that was not parsed yet; what is not JSON is taken as the sentence. */
  public static Failure classifyInBand(byte[] error, Profile profile, long wallMillis) {
    var raw = new String(error, UTF_8);
    var value = JsonValue.parse(raw).orElseGet(() -> new JsonValue.Str(plain(raw, "")));
    return classifyInBand(value, profile, wallMillis);
  }

  private static Kind kind(int status, ErrorBody error, Profile profile, boolean hinted) {
    if (status >= 300 && status < 400) {
      return Kind.REDIRECT;
    }
    if ((status == 400 || status == 422) && ErrorWords.prefill(error)) {
      return Kind.PREFILL_REFUSED;
    }
    if ((status == 400 || status == 422) && ErrorWords.option(error)) {
      return Kind.OPTION_REFUSED;
    }
    var telling = ErrorWords.telling(error);
    if (telling.isPresent() && trusted(status, telling.get())) {
      return quota(telling.get(), error, profile, hinted);
    }
    return status == 0
        ? unnumbered(error, profile, hinted)
        : numbered(status, error, profile, hinted);
  }

  /**
   * Whether a telling code may overrule the status. Groq answers a request that can never fit with
   * 413 and a rate limit's code; a refused key stays one; and what the caller got wrong is never
   * retried.
   */
  private static boolean trusted(int status, Kind telling) {
    return switch (status) {
      case 401 -> telling == Kind.OUT_OF_QUOTA || telling == Kind.UPSTREAM_AUTH;
      case 402 -> telling == Kind.OUT_OF_QUOTA;
      case 413, 422 ->
          telling == Kind.CONTEXT_TOO_LONG
              || telling == Kind.CONTENT_FILTERED
              || telling == Kind.OUT_OF_QUOTA;
      default -> true;
    };
  }

  private static Kind numbered(int status, ErrorBody error, Profile profile, boolean hinted) {
    return switch (status) {
      case 401, 407 -> Kind.UPSTREAM_AUTH;
      case 402 -> Kind.OUT_OF_QUOTA;
      case 403 -> forbidden(error);
      case 404, 405, 410 -> Kind.UNKNOWN_MODEL;
      case 408, 409, 425, 499 -> Kind.SERVER_ERROR;
      case 429 -> quota(Kind.RATE_LIMITED, error, profile, hinted);
      case 503, 529 -> Kind.OVERLOADED;
      default -> {
        if (status < 500) {
          yield callersFault(error);
        }
        yield ErrorWords.overloaded(error) ? Kind.OVERLOADED : Kind.SERVER_ERROR;
      }
    };
  }

  private static Kind callersFault(ErrorBody error) {
    if (ErrorWords.context(error)) {
      return Kind.CONTEXT_TOO_LONG;
    }
    if (ErrorWords.quota(error)) {
      return Kind.OUT_OF_QUOTA;
    }
    if (ErrorWords.key(error)) {
      return Kind.UPSTREAM_AUTH;
    }
    return ErrorWords.filtered(error) ? Kind.CONTENT_FILTERED : Kind.INVALID_REQUEST;
  }

  private static Kind forbidden(ErrorBody error) {
    if (ErrorWords.filtered(error)) {
      return Kind.CONTENT_FILTERED;
    }
    return ErrorWords.quota(error) ? Kind.OUT_OF_QUOTA : Kind.UPSTREAM_AUTH;
  }

  /**
   * An error that names no status: its family, else its sentence, else the server's own trouble.
   */
  private static Kind unnumbered(ErrorBody error, Profile profile, boolean hinted) {
    var family = ErrorWords.family(error);
    if (family.isPresent()) {
      return family.get() == Kind.INVALID_REQUEST ? callersFault(error) : family.get();
    }
    if (ErrorWords.overloaded(error)) {
      return Kind.OVERLOADED;
    }
    if (ErrorWords.rate(error)) {
      return quota(Kind.RATE_LIMITED, error, profile, hinted);
    }
    if (ErrorWords.quota(error)) {
      return Kind.OUT_OF_QUOTA;
    }
    return ErrorWords.context(error) ? Kind.CONTEXT_TOO_LONG : Kind.SERVER_ERROR;
  }

  /**
   * Tells a throttle, which passes, from a quota, which does not. One provider's {@code
   * insufficient_quota} is another's limit per minute, so the profile decides, except about a free
   * allowance that is used up. A limit per day that says when it ends is a throttle with that hint.
   */
  private static Kind quota(Kind kind, ErrorBody error, Profile profile, boolean hinted) {
    return switch (kind) {
      case OUT_OF_QUOTA ->
          profile.quotaIsThrottle()
                  && error.codes().contains("insufficient_quota")
                  && !ErrorWords.freeAllowance(error)
              ? Kind.RATE_LIMITED
              : kind;
      case RATE_LIMITED -> {
        var daily = ErrorWords.daily(error) && (!hinted || !error.quotas().isEmpty());
        var exhausted =
            daily
                || ErrorWords.quota(error)
                || profile.quotaIsThrottle() && ErrorWords.freeAllowance(error);
        yield exhausted ? Kind.OUT_OF_QUOTA : kind;
      }
      default -> kind;
    };
  }

  private static Optional<Hint> hint(
      HeaderLookup headers, JsonValue json, ErrorBody error, int status, long wallMillis) {
    var limited =
        status == 429 || ErrorWords.telling(error).filter(k -> k == Kind.RATE_LIMITED).isPresent();
    return RetryHints.read(headers, json, error.message(), limited, wallMillis);
  }

  /** Whether a wait means anything for this kind. */
  private static boolean bears(Kind kind) {
    return kind == Kind.RATE_LIMITED
        || kind == Kind.OVERLOADED
        || kind == Kind.SERVER_ERROR
        || kind == Kind.OUT_OF_QUOTA;
  }

  private static Evidence evidence(
      int status,
      HeaderLookup headers,
      String raw,
      String contentType,
      ErrorBody error,
      Kind kind) {
    // A filtered or overlong request is passed on as the upstream said it, even where it said 403.
    var kept = kind == Kind.CONTENT_FILTERED || kind == Kind.CONTEXT_TOO_LONG;
    var secret = kind == Kind.UPSTREAM_AUTH || status == 401 || status == 403 && !kept;
    return new Evidence(
        status,
        word(error.code()),
        said(error),
        secret ? "" : shortened(Scrub.body(shortened(raw, BODY_CHARS_MAX)), BODY_CHARS_MAX),
        secret ? "" : contentType,
        word(requestId(headers, error)),
        false);
  }

  private static String requestId(HeaderLookup headers, ErrorBody error) {
    for (var name : new String[] {"x-request-id", "request-id", "x-generation-id"}) {
      var value = headers.first(name);
      if (!value.isEmpty()) {
        return value;
      }
    }
    return error.requestId();
  }

  /** A body that is not JSON, as a sentence: a page is named, not quoted. */
  private static String plain(String raw, String contentType) {
    var text = raw.strip();
    var page = contentType.toLowerCase(Locale.ROOT).contains("html") || text.startsWith("<");
    if (page) {
      return "a page of HTML";
    }
    return text.startsWith("{") || text.startsWith("[") ? "a body that is not whole" : text;
  }

  private static String said(ErrorBody error) {
    var said = Scrub.text(shortened(error.message(), BODY_CHARS_MAX));
    return shortened(said.replaceAll("\\s+", " ").strip(), TEXT_CHARS_MAX);
  }

  /** A code or an id: printable, short, and no credential. */
  private static String word(String text) {
    return shortened(Scrub.body(text.replaceAll("[^\\x21-\\x7e]", "")), 128);
  }

  private static String shortened(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return text;
    }
    var end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
    return text.substring(0, end);
  }
}

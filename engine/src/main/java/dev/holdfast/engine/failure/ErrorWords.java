package dev.holdfast.engine.failure;

import dev.holdfast.engine.failure.Failure.Rejection.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The vocabulary of refusals: what providers' codes and sentences mean.
 *
 * <p>Two tables. A <em>telling</em> word names the case and decides over the status. A
 * <em>family</em> word, such as {@code invalid_request_error}, stands over many cases and decides
 * only where there is no status. Sentences are asked last, and only about what a code may have left
 * open.
 */
final class ErrorWords {
  private ErrorWords() {}

  private static final Map<String, Kind> TELLING = new HashMap<>();
  private static final Map<String, Kind> FAMILY = new HashMap<>();

  static {
    telling(
        Kind.OUT_OF_QUOTA,
        "insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded"
            + " project_spend_limit_exceeded organization_usage_limit_exceeded"
            + " billing_hard_limit_reached billing_not_active billing_error payment_required"
            + " exceeded_current_quota_error enforced_spend_limit_reached arrearage"
            + " quota_exhausted insufficient_balance insufficient_credits out_of_quota"
            + " allocationquota.freetieronly");
    telling(
        Kind.RATE_LIMITED,
        "rate_limit_exceeded rate_limit_error rate_limit rate_limited rate_limit_reached_error"
            + " slow_down resource_exhausted throttling throttling.ratequota"
            + " throttling.allocationquota throttling.burstrate limit_requests limit_burst_rate"
            + " too_many_requests ratelimiterror throttlingexception");
    telling(
        Kind.OVERLOADED,
        "server_is_overloaded overloaded_error engine_overloaded_error provider_overloaded"
            + " overloaded unavailable service_unavailable service_unavailable_error"
            + " model_capacity_exhausted serviceunavailableerror breaker_open queue_full");
    telling(
        Kind.CONTENT_FILTERED,
        "content_filter content_filtered content_policy_violation moderation_blocked"
            + " data_inspection_failed datainspectionfailed responsibleaipolicyviolation"
            + " refusal");
    telling(
        Kind.CONTEXT_TOO_LONG,
        "context_length_exceeded context_window_exceeded model_context_window_exceeded"
            + " exceed_context_size_error context_too_long");
    telling(Kind.UNKNOWN_MODEL, "model_not_found deploymentnotfound unknown_model model_not_exist");
    telling(
        Kind.UPSTREAM_AUTH,
        "invalid_api_key incorrect_api_key authentication_error unauthenticated invalidapikey"
            + " api_key_invalid invalid_authentication_error upstream_auth account_deactivated");
    family(
        Kind.UPSTREAM_AUTH,
        "permission_error permission_denied unauthorized forbidden access_denied"
            + " permission_denied_error authenticationerror permissiondeniederror");
    family(Kind.UNKNOWN_MODEL, "not_found_error not_found resource_not_found_error notfounderror");
    family(
        Kind.INVALID_REQUEST,
        "invalid_request_error invalid_prompt bad_request invalid_argument failed_precondition"
            + " request_too_large badrequesterror unprocessable_entity invalid_request"
            + " invalidparameter invalid_parameter_error out_of_range");
    family(
        Kind.SERVER_ERROR,
        "server_error api_error internal_error internal_server_error internal timeout_error"
            + " deadline_exceeded unexpected_output provider_unavailable internalservererror");
  }

  /** About the trailing assistant text that a continuation sends. */
  private static final Pattern PREFILL =
      Pattern.compile(
          "(?i)prefill|must end with a user message|ending with a model"
              + " turn|continue_final_message|add_generation_prompt|final `?assistant`?"
              + " (?:content|message)|expected last role|assistant messages at the end");

  private static final Pattern OPTION = Pattern.compile("(?i)stream_options");

  private static final Pattern CONTEXT =
      Pattern.compile(
          "(?i)maximum context|context[ _-]?(?:length|window|size|limit)|prompt is too long"
              + "|input is too long|input token count|maximum number of tokens");

  private static final Pattern FILTERED =
      Pattern.compile(
          "(?i)content management policy|moderation|flagged|content[ _]policy|content[ _]filter"
              + "|inappropriate content");

  private static final Pattern QUOTA =
      Pattern.compile(
          "(?i)reached your specified .{0,40}usage limit|credit balance is too low"
              + "|insufficient (?:balance|credit|fund)|spend(?:ing)? limit|limit: 0(?![.\\d])");

  /** The free allowance of a provider whose quota errors otherwise pass within a minute. */
  private static final Pattern FREE_ALLOWANCE =
      Pattern.compile("(?i)free (?:tier|allocat|quota|allowance)|arrear|overdue");

  /** A limit that lasts for the day; without a hint nothing is gained by waiting a minute. */
  private static final Pattern DAILY = Pattern.compile("(?i)\\bper[ -]?day\\b|\\b[tr]pd\\b|daily");

  private static final Pattern KEY =
      Pattern.compile(
          "(?i)(?:incorrect|invalid|expired|no|missing) api[ _-]?key|api key (?:not|is"
              + " in|expired)");

  private static final Pattern OVERLOADED = Pattern.compile("(?i)overloaded|at capacity");

  private static final Pattern RATE = Pattern.compile("(?i)rate[ _-]?limit|too many requests");

  private static void telling(Kind kind, String words) {
    for (var word : words.split(" ", -1)) {
      TELLING.put(word, kind);
    }
  }

  private static void family(Kind kind, String words) {
    for (var word : words.split(" ", -1)) {
      FAMILY.put(word, kind);
    }
  }

  /** What the first telling code means, if there is one. */
  static Optional<Kind> telling(ErrorBody error) {
    return error.codes().stream().filter(TELLING::containsKey).map(TELLING::get).findFirst();
  }

  /** What the first family word means, if there is one. */
  static Optional<Kind> family(ErrorBody error) {
    return error.codes().stream().filter(FAMILY::containsKey).map(FAMILY::get).findFirst();
  }

  static boolean prefill(ErrorBody error) {
    return PREFILL.matcher(error.message()).find();
  }

  static boolean option(ErrorBody error) {
    return OPTION.matcher(error.message()).find() || OPTION.matcher(error.subject()).find();
  }

  static boolean context(ErrorBody error) {
    return CONTEXT.matcher(error.message()).find();
  }

  static boolean filtered(ErrorBody error) {
    return error.flagged() || FILTERED.matcher(error.message()).find();
  }

  static boolean quota(ErrorBody error) {
    return QUOTA.matcher(error.message()).find();
  }

  static boolean freeAllowance(ErrorBody error) {
    return FREE_ALLOWANCE.matcher(error.message()).find();
  }

  static boolean daily(ErrorBody error) {
    return error.quotas().stream().anyMatch(id -> id.contains("perday") || id.contains("daily"))
        || DAILY.matcher(error.message()).find();
  }

  static boolean key(ErrorBody error) {
    return KEY.matcher(error.message()).find();
  }

  static boolean overloaded(ErrorBody error) {
    return OVERLOADED.matcher(error.message()).find();
  }

  static boolean rate(ErrorBody error) {
    return RATE.matcher(error.message()).find();
  }
}

package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.Position;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAI-compatible provider that touches no socket, clock or thread: a call in, steps out.
 *
 * <p>It serves {@code POST /chat/completions}, streamed and whole, and {@code GET /models}. Faults
 * strike chat completions alone. A request that is wrong, or that lacks the key, is answered as a
 * provider would, before any fault inside the body; faults that need no body come first. Safe for
 * many threads; equal calls give equal steps.
 */
public final class ProviderScript {
  private static final String COMPLETIONS = "/chat/completions";
  private static final String MODELS = "/models";

  private final ProviderConfig config;

  /** A provider that is as the configuration says. */
  public ProviderScript(ProviderConfig config) {
    this.config = config;
  }

  /** Whether a call is one that faults strike, and so takes an entry of a plan. */
  public static boolean isAttempt(String method, String path) {
    return method.equals("POST") && withoutQuery(path).equals(COMPLETIONS);
  }

  /** The steps that answer a call. */
  public Script steps(ProviderCall call) {
    String path = withoutQuery(call.path());
    if (path.equals(MODELS) && call.method().equals("GET")) {
      return isKeyMissing(call) ? unauthorized() : models();
    }
    if (!path.equals(COMPLETIONS)) {
      return error(
          ErrorBodies.plain(
              404,
              "invalid_request_error",
              "unknown_url",
              "Unknown request URL: " + call.method() + " " + call.path() + "."));
    }
    if (!call.method().equals("POST")) {
      return error(
          ErrorBodies.plain(
              405, "invalid_request_error", "method_not_supported", "Only POST is accepted."));
    }
    return completion(call);
  }

  private Script completion(ProviderCall call) {
    Script early = withoutBody(call);
    if (early != null) {
      return early;
    }
    if (isKeyMissing(call)) {
      return unauthorized();
    }
    ChatRequest request;
    try {
      request = ChatRequest.parse(call.body());
    } catch (IllegalArgumentException e) {
      return error(
          ErrorBodies.plain(400, "invalid_request_error", null, String.valueOf(e.getMessage())));
    }
    if (!request.prefix().isEmpty()) {
      switch (config.manner()) {
        case REFUSE_LAST_TURN -> {
          return refusal(
              "This model does not support assistant message prefill. The conversation must end"
                  + " with a user message.");
        }
        case REFUSE_PREFILL -> {
          return refusal("Prefilling assistant messages is not supported for this model.");
        }
        case PREFILL, ECHO, ECHO_GLUED, RESTART -> {}
      }
    }
    var attempt = new Attempt(config, call, request);
    return request.stream() ? attempt.streamed() : attempt.whole();
  }

  /** The answer to faults that strike before a request is read, or null if this is none. */
  private static @Nullable Script withoutBody(ProviderCall call) {
    return switch (call.fault().fault()) {
      case Fault.Refused f -> new Script.Builder().add(new Step.Refuse()).build();
      case Fault.NoSuchHost f -> new Script.Builder().add(new Step.Refuse()).build();
      case Fault.TlsFailure f -> new Script.Builder().add(new Step.Refuse()).build();
      case Fault.Status f -> error(ErrorBodies.of(f, call.now()));
      case Fault.Reset f when f.at() instanceof Position.Head ->
          Attempt.after(f.after(), new Step.Reset());
      case Fault.Cut f when f.at() instanceof Position.Head ->
          Attempt.after(f.after(), new Step.Cut());
      case Fault.CleanEnd f when f.at() instanceof Position.Head ->
          Attempt.after(f.after(), new Step.Cut());
      case Fault.Stall f when f.at() instanceof Position.Head ->
          new Script.Builder().add(new Step.Hang()).build();
      default -> null;
    };
  }

  private boolean isKeyMissing(ProviderCall call) {
    String key = config.apiKey();
    return key != null && !call.header("authorization").equals("Bearer " + key);
  }

  private static Script unauthorized() {
    return error(
        ErrorBodies.plain(
            401, "authentication_error", "invalid_api_key", "Incorrect API key provided."));
  }

  private static Script refusal(String message) {
    return error(ErrorBodies.plain(400, "invalid_request_error", null, message));
  }

  private static Script error(ErrorBodies.Written written) {
    return new Script.Builder()
        .add(written.head())
        .send(Framing.bytes(written.body()))
        .add(new Step.End())
        .build();
  }

  private Script models() {
    var data = new StringJoiner(",", "{\"object\":\"list\",\"data\":[", "]}");
    for (String model : config.models()) {
      data.add(
          Json.fill(
              "{\"id\":%s,\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"simulator\"}",
              Json.quote(model)));
    }
    return new Script.Builder()
        .add(new Step.Head(200, List.of(Map.entry("Content-Type", "application/json"))))
        .send(Framing.bytes(data.toString()))
        .add(new Step.End())
        .build();
  }

  private static String withoutQuery(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }
}

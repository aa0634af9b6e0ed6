package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.Fault;
import java.util.ArrayList;
import java.util.List;

/** Writes the errors that come inside a 200 stream, each as its provider does. */
final class InBandErrors {
  private InBandErrors() {}

  /** The bytes of the error, event by event; what follows is the end of the body. */
  static List<byte[]> of(Fault.InBand fault, Chunks chunks, Framing framing) {
    var sent = new ArrayList<byte[]>();
    String code = fault.code() == null ? "server_error" : fault.code();
    String message = ErrorBodies.message(code);
    switch (fault.shape()) {
      case OPENAI ->
          sent.add(
              framing.event(
                  ErrorBodies.openAi(code, fault.code() == null ? null : code, message, null, "")));
      case EVENT ->
          sent.add(framing.named("error", ErrorBodies.openAi(code, code, message, null, "")));
      case OPENROUTER ->
          sent.add(
              framing.event(
                  chunks.odd(
                      choice("\"error\"", ""),
                      Json.fill(
                          ",\"provider\":\"Harbour\",\"error\":{\"code\":%s,\"message\":%s,"
                              + "\"metadata\":{\"error_type\":%s,\"provider_code\":null}}",
                          fault.code() == null ? "502" : Json.quote(code),
                          Json.quote(message),
                          Json.quote(fault.code() == null ? "provider_unavailable" : code)))));
      case CHOICE ->
          sent.add(
              framing.event(
                  chunks.odd(
                      choice(
                          "\"stop\"",
                          Json.fill(
                              ",\"native_finish_reason\":\"error\","
                                  + "\"error\":{\"code\":502,\"message\":%s}",
                              Json.quote(message))),
                      "")));
      case NATIVE ->
          sent.add(
              framing.event(
                  chunks.odd(choice("\"stop\"", ",\"native_finish_reason\":\"error\""), "")));
      case GROQ ->
          sent.add(
              framing.event(
                  chunks.odd(
                      choice("null", ""),
                      Json.fill(
                          ",\"x_groq\":{\"id\":\"req_1\",\"error\":%s}", Json.quote(message)))));
      case OLLAMA ->
          sent.add(framing.event(Json.fill("{\"error\":%s}", Json.quote("llama runner: " + code))));
      case SWALLOWED -> sent.add(framing.event(chunks.odd(choice("null", ""), "")));
      case MISTRAL ->
          sent.add(
              framing.event(
                  Json.fill(
                      "{\"object\":\"error\",\"message\":%s,\"type\":%s,\"param\":null,"
                          + "\"code\":\"3000\"}",
                      Json.quote(message), Json.quote(code))));
      case GOOGLE ->
          sent.add(
              Framing.bytes(
                  Json.fill(
                      """
                      {
                        "error": {
                          "code": 503,
                          "message": %s,
                          "status": "UNAVAILABLE"
                        }
                      }
                      """,
                      Json.quote(message))));
    }
    if (fault.done()) {
      sent.add(framing.event("[DONE]"));
    }
    return sent;
  }

  private static String choice(String reason, String members) {
    return Json.fill(
        "[{\"index\":0,\"delta\":{\"content\":\"\"},\"logprobs\":null,\"finish_reason\":%s%s}]",
        reason, members);
  }
}

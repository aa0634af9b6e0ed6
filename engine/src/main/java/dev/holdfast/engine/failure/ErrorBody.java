package dev.holdfast.engine.failure;

import dev.holdfast.engine.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an error says, whatever its shape: under {@code error} (OpenAI, Anthropic, Google), flat
 * (Mistral, DashScope, the Responses stream), in an array of one (Google), as a bare string
 * (Ollama, Groq) or number, with {@code metadata} (OpenRouter) or {@code detail} (FastAPI).
 *
 * @param codes the provider's words for it, lower case, the most telling first
 * @param code the most telling one, as it was written; empty if there is none
 * @param status the HTTP status it claims; 0 if none
 * @param message its sentence; empty if none
 * @param subject where else options are named: the parameter, the locations of a validation error
 * @param quotas the ids of violated quotas (Google), lower case
 * @param flagged whether it carries the marks of moderation (OpenRouter)
 * @param requestId empty if none
 */
record ErrorBody(
    List<String> codes,
    String code,
    int status,
    String message,
    String subject,
    List<String> quotas,
    boolean flagged,
    String requestId) {

  static ErrorBody read(JsonValue value) {
    var root =
        value instanceof JsonValue.Arr && !value.items().isEmpty() ? value.items().get(0) : value;
    var error = root.at("error").truthy() ? root.at("error") : root;
    return switch (error) {
      case JsonValue.Str string -> bare(string.value(), 0, root);
      case JsonValue.Num number -> bare("", claimed(number.literal()), root);
      case JsonValue.Obj object -> object(object, root);
      case JsonValue.Arr array -> bare("", 0, root);
      case JsonValue.Bool bool -> bare("", 0, root);
      case JsonValue.Null none -> bare("", 0, root);
    };
  }

  /** An error of which there is only a sentence. */
  static ErrorBody sentence(String message) {
    return bare(message, 0, JsonValue.NULL);
  }

  private static ErrorBody bare(String message, int status, JsonValue root) {
    var code = root.at("code").text();
    var codes = code.isEmpty() || claimed(code) != 0 ? List.<String>of() : List.of(lower(code));
    return new ErrorBody(
        codes,
        codes.isEmpty() ? "" : code,
        status == 0 ? claimed(code) : status,
        message,
        "",
        List.of(),
        false,
        root.at("request_id").text());
  }

  private static ErrorBody object(JsonValue error, JsonValue root) {
    var words = words(error);
    return new ErrorBody(
        words.stream().map(ErrorBody::lower).toList(),
        words.isEmpty() ? error.at("code").text() : words.get(0),
        status(error),
        message(error, root),
        subject(error, root),
        quotas(error),
        error.at("metadata", "reasons").truthy() || error.at("metadata", "flagged_input").truthy(),
        first(root.at("request_id").text(), error.at("request_id").text()));
  }

  /** Codes before types: a type is often the family, a code the case. */
  private static List<String> words(JsonValue error) {
    var all = new ArrayList<String>();
    all.add(error.at("code").text());
    all.add(error.at("details", "error_code").text());
    all.add(error.at("metadata", "error_type").text());
    all.add(error.at("metadata", "provider_code").text());
    all.add(error.at("innererror", "code").text());
    for (var detail : error.at("details").items()) {
      all.add(detail.at("reason").text());
    }
    var type = error.at("type").text();
    // Of a flat error the type may only say that it is one.
    all.add(type.equals("error") ? "" : type);
    all.add(error.at("status").text());
    all.removeIf(word -> word.isEmpty() || claimed(word) != 0);
    return List.copyOf(all);
  }

  private static int status(JsonValue error) {
    for (var name : List.of("code", "status", "status_code")) {
      var status = claimed(error.at(name).text());
      if (status != 0) {
        return status;
      }
    }
    return claimed(error.at("metadata", "provider_code").text());
  }

  private static String message(JsonValue error, JsonValue root) {
    var message = error.at("message");
    if (message instanceof JsonValue.Str string) {
      return string.value();
    }
    var detail = error.at("detail").exists() ? error.at("detail") : message.at("detail");
    if (detail instanceof JsonValue.Str string) {
      return string.value();
    }
    var said = detail.items().stream().map(item -> item.at("msg").text()).toList();
    return first(String.join("; ", said), root.at("message").text());
  }

  private static String subject(JsonValue error, JsonValue root) {
    var names = new StringBuilder(error.at("param").text());
    for (var detail :
        List.of(root.at("detail"), error.at("detail"), error.at("message", "detail"))) {
      for (var item : detail.items()) {
        item.at("loc").items().forEach(part -> names.append(' ').append(part.text()));
      }
    }
    return names.toString();
  }

  private static List<String> quotas(JsonValue error) {
    return error.at("details").items().stream()
        .flatMap(detail -> detail.at("violations").items().stream())
        .map(violation -> lower(violation.at("quotaId").text()))
        .toList();
  }

  /** A number that is an HTTP status of failure; 0 for anything else. */
  private static int claimed(String text) {
    return text.length() == 3
            && text.charAt(0) >= '3'
            && text.charAt(0) <= '5'
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Integer.parseInt(text)
        : 0;
  }

  private static String first(String one, String two) {
    return one.isEmpty() ? two : one;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}

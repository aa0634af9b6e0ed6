package dev.holdfast.simulator.world;

import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Tokens;
import dev.holdfast.simulator.provider.Manner;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What an upstream will do with one call: composed when the call comes, played in virtual time. */
final class Script {
  /** How it ends. */
  enum End {
    /** The body ends as bodies do. */
    CLEAN,
    /** The connection is reset. */
    RESET,
    /** FIN where more was promised. */
    FIN,
    /** Nothing more. */
    SILENCE,
    /** Nothing more but comments. */
    COMMENTS
  }

  /** Bytes that arrive together, and how long after those before. */
  @SuppressWarnings("ArrayRecordComponent") // Played and never compared.
  record Piece(long gapNanos, byte[] bytes) {}

  /** So many that those of two calls can't be taken for those of one. */
  static final int PROMPT_TOKENS = 1_000;

  private static final Model MODEL = new Model(1);

  final int status;
  final String contentType;
  final String retryAfter;
  final List<Piece> pieces = new ArrayList<>();
  final End end;

  /** The events sent, as far as they were sent whole; for who checks that nothing was changed. */
  final List<byte[]> events = new ArrayList<>();

  /** What stands before the text, where the answer differs from call to call. */
  String version = "";

  /** How many deltas of the answer it sends. */
  int deltas;

  /** Whether it was to go on, and begins the answer again. */
  boolean beginsAgain;

  /** How many deltas repeat what was handed back. A server writes those, and counts none. */
  private int repeated;

  /** Whether it says everything there is to say. */
  final boolean whole;

  private final TargetSpec target;
  private final Asked asked;
  private final SessionSpec.Wire wire;
  private final Fate fate;
  private final Draw draw;
  private final AnswerBytes bytes;
  private final ByteArrayOutputStream carry = new ByteArrayOutputStream(0);
  private long carriedNanos;
  private int glued;

  Script(TargetSpec target, Asked asked, SessionSpec.Wire wire, Fate fate, String id, Draw draw) {
    this.target = target;
    this.asked = asked;
    this.wire = wire;
    this.fate = fate;
    this.draw = draw;
    this.bytes = new AnswerBytes(id, target.model(), wire);
    var refusal = refusal();
    if (refusal != 0) {
      status = refusal;
      contentType = "application/json";
      retryAfter =
          fate.kind() == Fate.Kind.LIMITED ? Long.toString(fate.nanos() / 1_000_000_000L) : "";
      pieces.add(new Piece(0, errorBody().getBytes(StandardCharsets.UTF_8)));
      end = fate.kind() == Fate.Kind.STATUS_503_OPEN ? End.SILENCE : End.CLEAN;
      whole = false;
      return;
    }
    status = 200;
    retryAfter = "";
    if (fate.kind() == Fate.Kind.PAGE) {
      contentType = "text/html";
      pieces.add(new Piece(0, "<html>lunch</html>".getBytes(StandardCharsets.UTF_8)));
      end = End.CLEAN;
      whole = false;
      return;
    }
    whole = fate.kind().whole();
    if (asked.streamed()) {
      contentType = "text/event-stream";
      end = stream();
    } else {
      contentType = "application/json";
      end = body();
    }
  }

  /** The response's header, as a lookup of the engine asks for it. */
  String header(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "content-type" -> contentType;
      case "retry-after" -> retryAfter;
      default -> "";
    };
  }

  // ---- refusals

  private int refusal() {
    boolean refuses =
        asked.goesOn()
            && (asked.note().isEmpty()
                ? switch (target.manner()) {
                  case REFUSE_LAST_TURN, REFUSE_PREFILL -> true;
                  case PREFILL, ECHO, ECHO_GLUED, RESTART -> false;
                }
                : target.notes() == TargetSpec.Notes.REFUSED);
    return switch (fate.kind()) {
      case LIMITED, LIMITED_BLINDLY, QUOTA -> 429;
      case STATUS_500 -> 500;
      case STATUS_503, STATUS_503_OPEN -> 503;
      case STATUS_401 -> 401;
      case STATUS_404 -> 404;
      case STATUS_400 -> 400;
      default -> refuses ? 400 : 0;
    };
  }

  private String errorBody() {
    return switch (fate.kind()) {
      case LIMITED, LIMITED_BLINDLY -> error("Slow down.", "rate_limit_error", "rate_limited");
      case QUOTA -> error("No money left.", "insufficient_quota", "insufficient_quota");
      case STATUS_500, STATUS_503, STATUS_503_OPEN ->
          error("We fell over.", "server_error", "server_error");
      case STATUS_401 -> error("Who are you?", "authentication_error", "invalid_api_key");
      case STATUS_404 -> error("No such model.", "invalid_request_error", "model_not_found");
      case STATUS_400 -> error("Not like this.", "invalid_request_error", "invalid_value");
      default -> error(refusedContinuation(), "invalid_request_error", "invalid_value");
    };
  }

  private String refusedContinuation() {
    if (!asked.note().isEmpty()) {
      return "The conversation is not one of ours.";
    }
    return target.manner() == Manner.REFUSE_LAST_TURN
        ? "This model does not support assistant message prefill. The conversation must"
            + " end with a user message."
        : "Prefilling assistant messages is not supported for this model.";
  }

  private static String error(String message, String type, String code) {
    return "{\"error\":{\"message\":\""
        + message
        + "\",\"type\":\""
        + type
        + "\",\"param\":null,\"code\":\""
        + code
        + "\"}}";
  }

  // ---- one body

  private End body() {
    var item = asked.item();
    var texts = new ArrayList<String>();
    for (int i = 0; i < item.text().size(); i++) {
      texts.add(item.whole(i));
    }
    var body = AnswerBytes.body(item, texts);
    deltas = 1;
    if (whole) {
      long late = fate.kind() == Fate.Kind.SILENCE ? fate.nanos() : 0;
      pieces.add(new Piece(wire.firstNanos() + late, body));
      return fate.kind() == Fate.Kind.WELL || fate.kind() == Fate.Kind.SILENCE
          ? End.CLEAN
          : broken();
    }
    int cut = draw.between(0, body.length - 1);
    if (cut > 0) {
      pieces.add(new Piece(wire.firstNanos(), Arrays.copyOf(body, cut)));
    }
    return broken();
  }

  private End broken() {
    return switch (fate.kind()) {
      case RESET, RESET_IN_EVENT, RESET_AFTER_FINISH -> End.RESET;
      case FIN -> End.FIN;
      case STALL, STALL_AFTER_DONE, STALL_AFTER_FINISH -> End.SILENCE;
      case STALL_WITH_COMMENTS -> asked.streamed() ? End.COMMENTS : End.SILENCE;
      default -> End.CLEAN;
    };
  }

  // ---- events

  private record Said(byte[] event, boolean delta) {}

  private End stream() {
    var all = new ArrayList<Said>();
    int choices = asked.isOurs() ? asked.item().text().size() : 1;
    all.add(new Said(bytes.preamble(choices), false));
    answer(all);
    var strikes = fate.kind().hasPlace() && fate.kind() != Fate.Kind.SILENCE;
    long gap = 0;
    for (var said : all) {
      if (strikes && said.delta && deltas == fate.at()) {
        return strike(said);
      }
      if (said.delta) {
        gap += deltas == 0 ? wire.firstNanos() : wire.gapNanos();
        if (fate.kind() == Fate.Kind.SILENCE && deltas == fate.at()) {
          gap += fate.nanos();
        }
        deltas++;
      }
      if (wire.comments() && draw.chance(0.1)) {
        send(gap, bytes.comment(), false);
        gap = 0;
      }
      send(gap, said.event, true);
      gap = 0;
    }
    if (strikes) {
      return strike(new Said(bytes.finish(0, "stop"), false));
    }
    return finish(choices);
  }

  private End strike(Said next) {
    switch (fate.kind()) {
      case RESET_IN_EVENT ->
          send(
              wire.gapNanos(),
              Arrays.copyOf(next.event, draw.between(1, next.event.length - 3)),
              false);
      case ERROR_EVENT -> send(wire.gapNanos(), bytes.error(), false);
      case MALFORMED ->
          send(
              wire.gapNanos(),
              "data: {\"choices\": oh\n\n".getBytes(StandardCharsets.UTF_8),
              false);
      case NO_REASON -> send(wire.gapNanos(), bytes.done(), false);
      case ERROR_REASON -> send(wire.gapNanos(), bytes.finish(0, "error"), false);
      default -> {}
    }
    flush();
    return broken();
  }

  private End finish(int choices) {
    boolean ours = asked.isOurs();
    for (int i = 0; i < choices; i++) {
      send(0, bytes.finish(i, ours ? AnswerBytes.reason(asked.item()) : "stop"), true);
    }
    switch (fate.kind()) {
      case RESET_AFTER_FINISH, END_AFTER_FINISH, STALL_AFTER_FINISH -> {
        flush();
        return broken();
      }
      default -> {}
    }
    if (asked.usage()) {
      send(0, bytes.usage(PROMPT_TOKENS + readAgain(), deltas - repeated), true);
    }
    send(0, bytes.done(), true);
    flush();
    return broken();
  }

  private void answer(List<Said> all) {
    if (!asked.isOurs()) {
      for (var token : knownAnswer()) {
        texts(0, List.of(token), all);
      }
      return;
    }
    var item = asked.item();
    boolean fresh =
        !asked.goesOn()
            || (asked.note().isEmpty()
                ? target.manner() == Manner.RESTART
                : target.notes() == TargetSpec.Notes.IGNORED);
    beginsAgain = fresh && asked.goesOn();
    // A model that reasons may do so before it goes on.
    boolean reasons = !item.reasoning().isEmpty() && (fresh || draw.chance(0.5));
    for (var token : reasons ? item.reasoning() : List.<String>of()) {
      all.add(new Said(bytes.reasoning(token), true));
    }
    if (fresh) {
      fresh(item, all);
    } else {
      texts(0, continued(item), all);
    }
    boolean first = true;
    for (var fragment : item.call()) {
      all.add(new Said(bytes.call(first, fragment), true));
      first = false;
    }
  }

  private void fresh(Item item, List<Said> all) {
    if (target.differs()) {
      var tokens = List.of("Version", " " + draw.between(0, 1 << 20), ":", " ");
      version = String.join("", tokens);
      for (int choice = 0; choice < item.text().size(); choice++) {
        texts(choice, tokens, all);
      }
    }
    int longest = item.text().stream().mapToInt(List::size).max().orElse(0);
    for (int t = 0; t < longest; t++) {
      for (int choice = 0; choice < item.text().size(); choice++) {
        var tokens = item.text().get(choice);
        if (t < tokens.size()) {
          texts(choice, List.of(tokens.get(t)), all);
        }
      }
    }
  }

  private void texts(int choice, List<String> tokens, List<Said> all) {
    for (var token : tokens) {
      for (var event : bytes.text(choice, token)) {
        all.add(new Said(event, true));
      }
    }
  }

  /** What was handed back is read by the model like the question. */
  private int readAgain() {
    return asked.goesOn() ? Tokens.of(asked.partial()).size() + Tokens.of(asked.note()).size() : 0;
  }

  private List<String> continued(Item item) {
    var rest = asked.rest(item.whole(0));
    if (asked.note().isEmpty()) {
      return echoed(rest);
    }
    if (target.notes() == TargetSpec.Notes.OBEYED) {
      rest.addAll(0, Tokens.of(asked.anchor()));
    }
    return rest;
  }

  private List<String> echoed(List<String> rest) {
    var said = new ArrayList<String>();
    switch (target.manner()) {
      case ECHO -> {
        said.addAll(Tokens.of(asked.partial()));
        repeated = said.stream().mapToInt(token -> bytes.text(0, token).size()).sum();
      }
      case ECHO_GLUED -> {
        repeated = rest.isEmpty() ? 1 : 0;
        said.add(asked.partial() + (rest.isEmpty() ? "" : rest.get(0)));
        said.addAll(rest.isEmpty() ? rest : rest.subList(1, rest.size()));
        return said;
      }
      default -> {}
    }
    said.addAll(rest);
    return said;
  }

  private List<String> knownAnswer() {
    if (target.manner() == Manner.RESTART) {
      return List.of("1", " pear", "\n", "2", " pear", "\n", "3", " pear");
    }
    return echoed(MODEL.continuation(Prompt.of(asked.question()), asked.partial()).textTokens());
  }

  // ---- reads

  private void send(long gapNanos, byte[] event, boolean whole) {
    if (whole) {
      events.add(event);
    }
    carriedNanos += gapNanos;
    switch (wire.chunking()) {
      case EVENTS -> put(event);
      case GLUED -> {
        carry.writeBytes(event);
        if (--glued < 0) {
          glued = draw.between(0, 5);
          flush();
        }
      }
      case ANYWHERE -> {
        int cut = draw.between(0, event.length);
        carry.write(event, 0, cut);
        flush();
        carry.write(event, cut, event.length - cut);
      }
    }
  }

  private void flush() {
    if (carry.size() > 0) {
      put(carry.toByteArray());
      carry.reset();
    }
  }

  private void put(byte[] bytes) {
    pieces.add(new Piece(carriedNanos, bytes));
    carriedNanos = 0;
  }

  byte[] comment() {
    return bytes.comment();
  }
}

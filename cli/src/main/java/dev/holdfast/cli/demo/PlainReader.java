package dev.holdfast.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reader as anyone would write it: {@code java.net.http}, an event stream, JSON. It knows nothing
 * of breaks and nothing of Holdfast, asks once and reads to the end. One whose own connection
 * breaks comes back with the last id that it has.
 */
final class PlainReader {
  /** What a reader hears, on its own thread. */
  sealed interface Heard {
    /**
     * Something for people to see.
     *
     * @param event the number of the event that it came in
     */
    record Piece(long event, String text) implements Heard {}

    /** Its own connection broke behind this event. */
    record Lost(long event) implements Heard {}

    /** It asks for the rest. */
    record Back() implements Heard {}
  }

  private static final JsonMapper JSON = new JsonMapper();

  private final Consumer<Heard> listener;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder tools = new StringBuilder();
  private OptionalLong dropsAfter;
  private boolean insideTool;
  private @Nullable String finish;
  private boolean done;
  private String history = "";
  private long last;
  private @Nullable String disorder;
  private @Nullable String error;

  private PlainReader(Consumer<Heard> listener, OptionalLong dropsAfter) {
    this.listener = listener;
    this.dropsAfter = dropsAfter;
  }

  /**
   * Asks, and reads until the answer ends in whatever way.
   *
   * @param dropsAfter the event behind which the reader's own connection breaks, once
   * @param away how long it stays away then
   */
  static Reading ask(
      HttpClient client,
      URI uri,
      byte[] body,
      OptionalLong dropsAfter,
      Duration away,
      Consumer<Heard> listener)
      throws InterruptedException {
    var request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (dropsAfter.isPresent()) {
      // Who shows that it can come back is waited for.
      request.header("X-Session-ID", "a-story");
    }
    var reader = new PlainReader(listener, dropsAfter);
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        return refused(response);
      }
      if (reader.readAll(response.body())) {
        return reader.reading(null);
      }
      Thread.sleep(away);
      var rest = client.send(reader.rest(uri, response), HttpResponse.BodyHandlers.ofInputStream());
      if (rest.statusCode() != 200) {
        return refused(rest);
      }
      listener.accept(new Heard.Back());
      reader.readAll(rest.body());
      return reader.reading(null);
    } catch (IOException e) {
      return reader.started() ? reader.reading(described(e)) : Reading.failed(described(e));
    }
  }

  private static Reading refused(HttpResponse<InputStream> response) throws IOException {
    try (var in = response.body()) {
      String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Reading(response.statusCode(), "", "", null, false, null, body, null);
    }
  }

  /** The request of a reader that comes back: the session's name, and the last id it has. */
  private HttpRequest rest(URI asked, HttpResponse<?> response) {
    String session = response.headers().firstValue("X-Holdfast-Session").orElse("");
    return HttpRequest.newBuilder(asked.resolve("/v1/sessions/" + session + "/events"))
        .header("Last-Event-ID", history + "-" + last)
        .build();
  }

  /** Reads the body of a 200. */
  static Reading read(InputStream body, Consumer<Heard> listener) {
    var reader = new PlainReader(listener, OptionalLong.empty());
    String cut = null;
    try {
      reader.readAll(body);
    } catch (IOException e) {
      cut = described(e);
    }
    return reader.reading(cut);
  }

  /** Reads to the end; false if the reader's own connection broke. */
  private boolean readAll(InputStream body) throws IOException {
    try (body) {
      readEvents(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)));
    }
    boolean lost = dropsAfter.isPresent() && last >= dropsAfter.getAsLong() && !done;
    if (lost) {
      dropsAfter = OptionalLong.empty();
      listener.accept(new Heard.Lost(last));
    }
    return !lost;
  }

  private boolean started() {
    return last > 0;
  }

  private Reading reading(@Nullable String cut) {
    String calls = insideTool ? tools + ")" : "";
    return new Reading(200, text.toString(), calls, finish, done, disorder, error, cut);
  }

  /** An event counts once its blank line has come; half an event at the end is none. */
  private void readEvents(BufferedReader lines) throws IOException {
    String id = "";
    String name = "";
    var data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (!data.isEmpty()) {
          event(id, name, data.substring(0, data.length() - 1));
          if (dropsAfter.isPresent() && last >= dropsAfter.getAsLong()) {
            return;
          }
        }
        id = "";
        name = "";
        data.setLength(0);
      } else if (line.startsWith("id:")) {
        id = value(line);
      } else if (line.startsWith("event:")) {
        name = value(line);
      } else if (line.startsWith("data:")) {
        data.append(value(line)).append('\n');
      }
    }
  }

  private static String value(String line) {
    String value = line.substring(line.indexOf(':') + 1);
    return value.startsWith(" ") ? value.substring(1) : value;
  }

  private void event(String id, String name, String data) {
    if (name.equals("error")) {
      error = data;
      return;
    }
    number(id);
    if (done) {
      disorder("an event after [DONE]");
    } else if (data.equals("[DONE]")) {
      done = true;
    } else {
      try {
        chunk(JSON.readTree(data));
      } catch (JacksonException e) {
        error = "expected JSON in event " + last + ", got " + data;
      }
    }
  }

  /** Numbers are {@code history-N}: one history, and no number left out or twice. */
  private void number(String id) {
    int dash = id.lastIndexOf('-');
    long number =
        dash > 0 && id.substring(dash + 1).matches("\\d{1,18}")
            ? Long.parseLong(id.substring(dash + 1))
            : 0;
    if (number == 0) {
      disorder("an event with id \"" + id + "\" after number " + last);
    } else if (last > 0 && !id.substring(0, dash).equals(history)) {
      disorder("another history after number " + last);
    } else if (number != last + 1) {
      disorder("number " + number + " after number " + last);
    }
    history = dash > 0 ? id.substring(0, dash) : "";
    last = number;
  }

  private void disorder(String what) {
    disorder = disorder == null ? what : disorder;
  }

  private void chunk(JsonNode chunk) {
    if (chunk.has("error")) {
      error = chunk.toString();
    }
    for (JsonNode choice : chunk.path("choices")) {
      JsonNode delta = choice.path("delta");
      String content = delta.path("content").asString("");
      if (!content.isEmpty()) {
        text.append(content);
        listener.accept(new Heard.Piece(last, content));
      }
      for (JsonNode call : delta.path("tool_calls")) {
        tool(call.path("function"));
      }
      String reason = choice.path("finish_reason").asString("");
      if (!reason.isEmpty()) {
        finish = finish == null ? reason : finish + " and " + reason;
      }
    }
  }

  private void tool(JsonNode function) {
    String name = function.path("name").asString("");
    if (!name.isEmpty()) {
      tools.append(insideTool ? ")" : "").append(name).append('(');
      insideTool = true;
      listener.accept(new Heard.Piece(last, "\n⚙ " + name + " "));
    }
    String fragment = function.path("arguments").asString("");
    if (!fragment.isEmpty()) {
      tools.append(fragment);
      listener.accept(new Heard.Piece(last, fragment));
    }
  }

  private static String described(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }
}

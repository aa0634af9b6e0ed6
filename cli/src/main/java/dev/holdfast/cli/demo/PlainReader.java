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
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reader as anyone would write it: {@code java.net.http}, an event stream, JSON. It knows nothing
 * of breaks and nothing of Holdfast, asks once and reads to the end.
 */
final class PlainReader {
  /** Hears what comes, on the reader's thread. */
  interface Listener {
    /**
     * Something for people to see.
     *
     * @param event the number of the event that it came in
     */
    void heard(long event, String text);
  }

  private static final JsonMapper JSON = new JsonMapper();

  private final Listener listener;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder tools = new StringBuilder();
  private boolean insideTool;
  private @Nullable String finish;
  private boolean done;
  private String history = "";
  private long last;
  private @Nullable String disorder;
  private @Nullable String error;

  private PlainReader(Listener listener) {
    this.listener = listener;
  }

  /** Asks, and reads until the answer ends in whatever way. */
  static Reading ask(HttpClient client, URI uri, byte[] body, Listener listener)
      throws InterruptedException {
    var request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (var in = response.body()) {
        return response.statusCode() == 200
            ? read(in, listener)
            : refused(response.statusCode(), in);
      }
    } catch (IOException e) {
      return Reading.failed(described(e));
    }
  }

  private static Reading refused(int status, InputStream in) throws IOException {
    String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    return new Reading(status, "", "", null, false, null, body, null);
  }

  /** Reads the body of a 200. */
  static Reading read(InputStream body, Listener listener) {
    var reader = new PlainReader(listener);
    String cut = null;
    try {
      reader.readEvents(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      cut = described(e);
    }
    return reader.reading(cut);
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
        listener.heard(last, content);
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
      listener.heard(last, "\n⚙ " + name + " ");
    }
    String fragment = function.path("arguments").asString("");
    if (!fragment.isEmpty()) {
      tools.append(fragment);
      listener.heard(last, fragment);
    }
  }

  private static String described(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }
}

package dev.holdfast.cli.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** Reads one answer as any program would. */
final class PlainReader implements Callable<PlainReader.Result> {
  /** How an answer ended for its reader. */
  enum Result {
    /** Ended by the protocol, with its terminator. */
    WHOLE,
    /** An error event, then a cut. */
    ERROR_AND_CUT,
    /** A cut alone. */
    CUT,
    /** A real status. */
    REFUSED,
    /** The body ended properly without a terminator: what must never be. */
    HALF_BUT_CLEAN
  }

  private final HttpClient client;
  private final String url;
  private final String body;

  PlainReader(HttpClient client, String url, String body) {
    this.client = client;
    this.url = url;
    this.body = body;
  }

  @Override
  public Result call() throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      response.body().close();
      return Result.REFUSED;
    }
    var text = new StringBuilder();
    var part = new byte[8192];
    try (var in = response.body()) {
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        text.append(new String(part, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      return text.indexOf("event: error") >= 0 ? Result.ERROR_AND_CUT : Result.CUT;
    }
    return text.indexOf("data: [DONE]") >= 0 ? Result.WHOLE : Result.HALF_BUT_CLEAN;
  }
}

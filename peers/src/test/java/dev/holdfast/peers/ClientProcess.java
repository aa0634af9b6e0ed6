package dev.holdfast.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** A client in a process of its own: a line of JSON a question, a line of JSON an answer. */
final class ClientProcess {
  private static final int RUN_MINUTES_MAX = 10;
  private static final JsonMapper JSON = JsonMapper.shared();

  private ClientProcess() {}

  static Map<String, Got> askAll(List<String> command, List<Question> questions)
      throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    // A client that hangs as a whole is ended, and what is missing shows.
    var watch =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(RUN_MINUTES_MAX, TimeUnit.MINUTES)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
      for (var question : questions) {
        in.write(line(question));
      }
    }
    var got = new HashMap<String, Got>();
    process
        .inputReader(StandardCharsets.UTF_8)
        .lines()
        .map(JSON::readTree)
        .forEach(answer -> got.put(answer.get("cell").asString(), Got.parse(answer)));
    assertThat(process.waitFor()).as("exit code of " + command).isZero();
    watch.join();
    return got;
  }

  private static String line(Question question) {
    var line = JSON.createObjectNode();
    line.put("cell", question.name());
    line.put("base_url", question.baseUrl());
    line.set("body", question.body());
    return line + "\n";
  }
}

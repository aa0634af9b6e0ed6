package dev.holdfast.cli.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A relay in a process of its own, so that it can be stopped, continued and told to go. */
final class RelayProcess implements AutoCloseable {
  private static final Pattern LISTENING =
      Pattern.compile("holdfast: listening on http://127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final int port;

  private RelayProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts it on this configuration and waits until it listens. */
  static RelayProcess start(Path dir, String yaml) throws IOException {
    var config = Files.writeString(dir.resolve("relay.yaml"), yaml);
    var process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1500m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.holdfast.cli.Main",
                    "relay",
                    "--config",
                    config.toString()))
            .redirectError(dir.resolve("relay.log").toFile())
            .start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        return new RelayProcess(process, Integer.parseInt(matcher.group(1)));
      }
    }
    throw new IOException(
        "expected a relay that listens, it ended: " + Files.readString(dir.resolve("relay.log")));
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Sends a signal by name, such as {@code STOP}. */
  void signal(String name) throws IOException, InterruptedException {
    var kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    if (kill.waitFor() != 0) {
      throw new IOException("expected to send " + name + " to the relay, kill failed");
    }
  }

  /** Its exit status, once it has gone. */
  int exit() throws InterruptedException {
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      throw new IllegalStateException("expected the relay to end within 90 s");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

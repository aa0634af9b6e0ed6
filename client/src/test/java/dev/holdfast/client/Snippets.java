package dev.holdfast.client;

import static dev.holdfast.client.Message.user;

/** The examples of the documentation, compiled. */
final class Snippets {
  private Snippets() {}

  static Answer first(String url, String key) {
    // @start region="first"
    try (var holdfast =
        Holdfast.builder()
            .baseUrl(url) // such as https://api.holysheep.ai/v1
            .apiKey(key)
            .onRetry(System.err::println)
            .build()) {
      return holdfast.stream(
          ChatRequest.of("gpt-4.1", user("Explain retry logic")), System.out::print);
    }
    // @end
  }

  static String decided(Holdfast holdfast, ChatRequest request) {
    // @start region="decided"
    return switch (holdfast.tryStream(request, System.out::print)) {
      case StreamOutcome.Complete c -> c.answer().text();
      case StreamOutcome.Incomplete i when i.retryable() -> "later: " + i.failure().message();
      case StreamOutcome.Incomplete i -> "given up with " + i.partial().text();
    };
    // @end
  }
}

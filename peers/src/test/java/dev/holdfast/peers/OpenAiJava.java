package dev.holdfast.peers;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ObjectMappers;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/** openai-java: its raw stream of chunks, or the answer that its accumulator makes of them. */
final class OpenAiJava implements JavaClient {
  private final boolean accumulated;
  private final Map<String, OpenAIClient> byUrl = new ConcurrentHashMap<>();

  OpenAiJava(boolean accumulated) {
    this.accumulated = accumulated;
  }

  @Override
  public void ask(Question question, Parts parts) throws Exception {
    var completions =
        byUrl
            .computeIfAbsent(
                question.baseUrl(),
                url -> OpenAIOkHttpClient.builder().apiKey("unused").baseUrl(url).build())
            .chat()
            .completions();
    if (!question.streams()) {
      add(parts, completions.create(params(question)));
      return;
    }
    var accumulator = ChatCompletionAccumulator.create();
    try (var answer = completions.createStreaming(params(question))) {
      answer.stream()
          .forEach(chunk -> {
            add(parts, chunk);
            if (accumulated) {
              accumulator.accumulate(chunk);
            }
          });
    }
    if (accumulated) {
      var whole = accumulator.chatCompletion();
      parts.clear();
      add(parts, whole);
    }
  }

  @Override
  public int status(Throwable thrown) {
    return thrown instanceof OpenAIServiceException refused ? refused.statusCode() : 0;
  }

  @Override
  public void close() {
    byUrl.values().forEach(OpenAIClient::close);
  }

  private static ChatCompletionCreateParams params(Question question) throws Exception {
    // The client says itself whether it wants a stream.
    var body = ((ObjectNode) question.body()).deepCopy().without("stream");
    return ChatCompletionCreateParams.builder()
        .body(
            ObjectMappers.jsonMapper()
                .readValue(body.toString(), ChatCompletionCreateParams.Body.class))
        .build();
  }

  private static void add(Parts parts, ChatCompletionChunk chunk) {
    for (var choice : chunk.choices()) {
      var delta = choice.delta();
      delta.content().ifPresent(text -> parts.text(choice.index(), text));
      for (var call : delta.toolCalls().orElse(List.of())) {
        call.function()
            .ifPresent(function -> {
              function.name().ifPresent(name -> parts.call(choice.index(), call.index(), name));
              function
                  .arguments()
                  .ifPresent(text -> parts.call(choice.index(), call.index(), text));
            });
      }
      choice.finishReason().ifPresent(reason -> parts.finish(choice.index(), reason.asString()));
    }
  }

  private static void add(Parts parts, ChatCompletion answer) {
    for (var choice : answer.choices()) {
      var message = choice.message();
      parts.text(choice.index(), message.content().orElse(""));
      var calls = message.toolCalls().orElse(List.of());
      for (int i = 0; i < calls.size(); i++) {
        var function = calls.get(i).asFunction().function();
        parts.call(choice.index(), i, function.name() + function.arguments());
      }
      parts.finish(choice.index(), choice.finishReason().asString());
    }
  }
}

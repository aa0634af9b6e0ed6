package dev.holdfast.peers;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import tools.jackson.databind.json.JsonMapper;

/** LangChain4j's streaming model on the OpenAI wire, with the JDK's HTTP client that it brings. */
final class LangChain4j implements JavaClient {
  /** What the model has parameters of its own for. */
  private static final Set<String> ITS_OWN = Set.of("model", "messages", "stream");

  private final Map<String, OpenAiStreamingChatModel> byUrl = new ConcurrentHashMap<>();

  @Override
  public void ask(Question question, Parts parts) throws Exception {
    var model =
        byUrl.computeIfAbsent(
            question.baseUrl(),
            url ->
                OpenAiStreamingChatModel.builder()
                    .baseUrl(url)
                    .apiKey("unused")
                    .modelName("named-by-each-request")
                    .build());
    var over = new CompletableFuture<ChatResponse>();
    model.chat(request(question), handler(parts, over));
    try {
      add(parts, over.get());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception thrown ? thrown : e;
    }
  }

  @Override
  public int status(Throwable thrown) {
    for (var at = thrown; at != null; at = at.getCause()) {
      if (at instanceof HttpException refused) {
        return refused.statusCode();
      }
    }
    return 0;
  }

  @Override
  public void close() {
    byUrl.clear();
  }

  private static ChatRequest request(Question question) {
    var others = new LinkedHashMap<String, Object>();
    for (var member : question.body().properties()) {
      if (!ITS_OWN.contains(member.getKey())) {
        others.put(
            member.getKey(), JsonMapper.shared().convertValue(member.getValue(), Object.class));
      }
    }
    return ChatRequest.builder()
        .messages(
            UserMessage.from(question.body().get("messages").get(0).get("content").asString()))
        .parameters(
            OpenAiChatRequestParameters.builder()
                .modelName(question.body().get("model").asString())
                .customParameters(others)
                .build())
        .build();
  }

  private static StreamingChatResponseHandler handler(
      Parts parts, CompletableFuture<ChatResponse> over) {
    return new StreamingChatResponseHandler() {
      @Override
      public void onPartialResponse(String text) {
        parts.text(0, text);
      }

      @Override
      public void onCompleteResponse(ChatResponse response) {
        over.complete(response);
      }

      @Override
      public void onError(Throwable thrown) {
        over.completeExceptionally(thrown);
      }
    };
  }

  private static void add(Parts parts, ChatResponse answer) {
    parts.clear();
    var message = answer.aiMessage();
    if (message.text() != null) {
      parts.text(0, message.text());
    }
    var calls = message.toolExecutionRequests();
    for (int i = 0; i < calls.size(); i++) {
      parts.call(0, i, calls.get(i).name() + calls.get(i).arguments());
    }
    var finish = answer.finishReason();
    parts.finish(0, finish == null ? "none" : finish.name().toLowerCase(Locale.ROOT));
  }
}

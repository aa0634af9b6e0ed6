package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.ErrorNotice;
import dev.holdfast.engine.failure.Failure;

/**
 * {@code openai-chat}: data-only events, ended by {@code [DONE]}, whole by their finish reasons.
 */
public final class ChatDialect implements Dialect {
  public static final ChatDialect INSTANCE = new ChatDialect();

  private ChatDialect() {}

  @Override
  public String name() {
    return "openai-chat";
  }

  @Override
  public String path() {
    return "/chat/completions";
  }

  @Override
  public Reading read(byte[] body) {
    return ChatRequest.read(body);
  }

  @Override
  public byte[] errorBody(ErrorNotice notice) {
    return ChatErrors.body(notice);
  }

  @Override
  public byte[] errorEvent(ErrorNotice notice) {
    return ChatErrors.event(notice);
  }

  @Override
  public int status(Failure failure) {
    return ChatErrors.status(failure);
  }
}

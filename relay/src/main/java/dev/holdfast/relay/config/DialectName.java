package dev.holdfast.relay.config;

/** A wire format as configuration names it. */
public enum DialectName {
  OPENAI_CHAT(true),
  ANTHROPIC_MESSAGES(false),
  OPENAI_RESPONSES(false);

  private final boolean built;

  DialectName(boolean built) {
    this.built = built;
  }

  /** Whether an upstream may speak it. */
  public boolean built() {
    return built;
  }

  /** As configuration writes it, such as {@code openai-chat}. */
  public String written() {
    return Form.written(this);
  }
}

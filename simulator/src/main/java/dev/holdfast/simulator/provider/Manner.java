package dev.holdfast.simulator.provider;

/** How a provider treats a request that ends in an assistant message; see {@link NoteManner}. */
public enum Manner {
  /** Goes on right after it, and sends only what is new. */
  PREFILL,
  /** Sends the message itself first, token by token, then what is new. */
  ECHO,
  /** Sends the whole message glued to the first new token, as llama.cpp build 11434 does. */
  ECHO_GLUED,
  /** 400: "does not support assistant message prefill … must end with a user message". */
  REFUSE_LAST_TURN,
  /** 400: "Prefilling assistant messages is not supported". */
  REFUSE_PREFILL,
  /** Ignores it and begins the answer from the start. */
  RESTART
}

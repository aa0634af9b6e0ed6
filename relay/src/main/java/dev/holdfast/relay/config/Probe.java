package dev.holdfast.relay.config;

/** When a target is asked the known answer that proves its prefill. */
public enum Probe {
  NEVER,
  /** At the first break that needs it; the call is in the bill. */
  ON_BREAK
}

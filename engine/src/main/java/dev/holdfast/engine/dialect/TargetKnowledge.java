package dev.holdfast.engine.dialect;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What was learnt of one target while the process ran. Shared by all its sessions and safe for many
 * threads; each field only ever becomes truer, so a lost race costs one more question.
 */
public final class TargetKnowledge {
  private volatile boolean prefillRefused;
  private volatile boolean prefillProven;
  private volatile boolean usageRefused;
  private volatile boolean echoSeen;
  private volatile boolean plainSeen;
  private final AtomicBoolean probing = new AtomicBoolean();

  /** A 400 spoke of prefill: the next rung, from now on. */
  public void learnPrefillRefused() {
    prefillRefused = true;
  }

  public boolean prefillRefused() {
    return prefillRefused;
  }

  /** A known-answer probe showed that it goes on from what it is given. */
  public void learnPrefillProven() {
    prefillProven = true;
  }

  public boolean prefillProven() {
    return prefillProven;
  }

  /** It does not take {@code stream_options}. */
  public void learnUsageRefused() {
    usageRefused = true;
  }

  public boolean usageRefused() {
    return usageRefused;
  }

  /** Its continuation of the known answer began with the whole of what was sent. */
  public void learnEcho() {
    echoSeen = true;
  }

  /** Its continuation of the known answer did not begin with what was sent. */
  public void learnPlain() {
    plainSeen = true;
  }

  /**
   * What a continuation begins with, as the profile says, else as was proven without contradiction.
   */
  public Profile.Echo echo(Profile profile) {
    if (profile.echo() != Profile.Echo.UNKNOWN || echoSeen == plainSeen) {
      return profile.echo();
    }
    return echoSeen ? Profile.Echo.ALWAYS : Profile.Echo.NEVER;
  }

  /** Whether nothing was learnt that would have to be found out again. */
  public boolean isBlank() {
    return !(prefillRefused
        || prefillProven
        || usageRefused
        || echoSeen
        || plainSeen
        || probing.get());
  }

  /** Takes the turn to probe; one session at a time. */
  public boolean beginProbe() {
    return probing.compareAndSet(false, true);
  }

  public void endProbe() {
    probing.set(false);
  }
}

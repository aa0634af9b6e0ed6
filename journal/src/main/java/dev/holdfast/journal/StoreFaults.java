package dev.holdfast.journal;

import java.util.SplittableRandom;

/** Decides what befalls each operation of a {@link DelayedStore}, in the order of the calls. */
@FunctionalInterface
public interface StoreFaults {
  /** Nothing happens: every reply comes in the call, if the store within does the same. */
  StoreFaults NONE = operation -> Fate.SAME_TURN;

  Fate next(Operation operation);

  /** The faults of a plan, always the same for the same calls. */
  static StoreFaults seeded(StoreFaultPlan plan) {
    var random = new SplittableRandom(plan.seed());
    return operation -> plan.draw(operation, random);
  }

  /** What is asked of a store, as far as faults tell it apart. */
  enum Operation {
    CREATE,
    APPEND,
    NOTE,
    FINISH,
    CANCEL,
    /** Claim and reopen. */
    CLAIM,
    READ,
    LOAD_REQUEST,
    FIND,
    LIST,
    ERASE,
    /** A hint on its way to a follower; only its delay counts. */
    HINT;

    /** Whether it is done under a claim, which can be fenced. */
    boolean underClaim() {
      return this == APPEND || this == NOTE || this == FINISH;
    }
  }

  /** What goes wrong with an operation. */
  enum Mishap {
    NONE,
    /** It never reaches the store; the reply is {@link StoreFailure.Io}. */
    FAILED,
    /** The store does it, and yet the reply is {@link StoreFailure.Io}. */
    REPLY_LOST,
    /** Somebody else claims the session just before; counts only for writes under a claim. */
    FENCED
  }

  /**
   * What befalls one operation.
   *
   * @param requestNanos until the store hears of it; 0 for at once
   * @param replyNanos from the store's reply to the caller's; 0 for at once
   */
  record Fate(long requestNanos, long replyNanos, Mishap mishap) {
    /** No delay, no mishap. */
    public static final Fate SAME_TURN = new Fate(0, 0, Mishap.NONE);

    /**
     * @throws IllegalArgumentException if a delay is below 0
     */
    public Fate {
      if (requestNanos < 0 || replyNanos < 0) {
        throw new IllegalArgumentException(
            "expected delays from 0 on, got " + requestNanos + " and " + replyNanos);
      }
    }
  }
}

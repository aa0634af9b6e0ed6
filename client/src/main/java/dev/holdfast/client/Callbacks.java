package dev.holdfast.client;

import java.util.function.Consumer;

/** What a caller wants to hear, on the session's own thread. */
record Callbacks(
    Consumer<Notice.Retry> onRetry,
    Consumer<Notice.CircuitOpen> onCircuitOpen,
    Consumer<Notice.Queued> onQueue,
    Consumer<Notice.Joined> onSeam,
    Consumer<Answer> onComplete,
    Consumer<StreamOutcome.Incomplete> onError) {}

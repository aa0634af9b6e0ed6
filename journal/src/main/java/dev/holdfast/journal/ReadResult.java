package dev.holdfast.journal;

import org.jspecify.annotations.Nullable;

/**
 * What a read found beside the events.
 *
 * @param last the number of the session's last event; below the cursor if that was never given out
 * @param finish how the session ended; null if it is live or events beyond this read remain
 */
public record ReadResult(long last, @Nullable FinishRecord finish) {}

package dev.holdfast.client;

import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Seam;
import dev.holdfast.engine.usage.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer and how it came about; whole, unless it stands in an {@link StreamOutcome.Incomplete}.
 *
 * @param text of the first choice
 * @param reasoning that was shown; where an attempt broke while it reasoned, that of the next is
 *     added
 * @param finishReason why the model stopped, in the provider's word; null while it had not
 * @param usage what the provider counted; null if it did not say
 * @param toolCalls that the model asks for; those of an incomplete answer are not to be carried out
 * @param attempts the calls that were made, in order
 * @param seams where one attempt went on with the text of another; empty for an unbroken answer
 * @param session 128 random bits, for logs; the relay's own name where one was asked
 * @param events as they came, if {@link HoldfastBuilder#keepEvents} was set; else empty
 */
public record Answer(
    String text,
    String reasoning,
    @Nullable String finishReason,
    @Nullable Tokens usage,
    List<ToolCall> toolCalls,
    List<AttemptRecord> attempts,
    List<Seam> seams,
    String session,
    List<AnswerEvent> events) {

  public Answer {
    toolCalls = List.copyOf(toolCalls);
    attempts = List.copyOf(attempts);
    seams = List.copyOf(seams);
    events = List.copyOf(events);
  }
}

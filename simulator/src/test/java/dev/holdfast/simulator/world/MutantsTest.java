package dev.holdfast.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A world that finds nothing proves something only if it would find what is there. */
final class MutantsTest {
  private static final String ENGINE = "engine/src/main/java/dev/holdfast/engine/";
  private static final String JOURNAL = "journal/src/main/java/dev/holdfast/journal/";
  private static final String MACHINE = ENGINE + "session/SessionMachine.java";
  private static final String TOKENS = ENGINE + "session/TokenPath.java";
  private static final String SPLICE = ENGINE + "dialect/chat/ChatSplice.java";
  private static final String GUARDS = ENGINE + "guard/UpstreamGuards.java";
  private static final long SEEDS_MAX = 2_000;

  @TempDir private Path folder;

  static Stream<Mutant> mutants() {
    return List.of(
        new Mutant(
            "end of input is taken as complete",
            TOKENS,
            "return Objects.requireNonNull(over);",
            "return over instanceof Over.Broken b && b.failure() instanceof Failure.Broken f"
                + " && f.kind() == Failure.Broken.Kind.TRUNCATION"
                + " ? new Over.Whole() : Objects.requireNonNull(over);"),
        new Mutant(
            "facts of a dead attempt are accepted",
            MACHINE,
            "if (!concerns(fact)) {",
            "if (attempt == null || attempt.over || (!concerns(fact) && phase != Phase.OPEN)) {"),
        new Mutant(
            "a lease is settled twice",
            MACHINE,
            "commands.add(new SessionCommand.SettleLease(a.number, settlement));",
            "commands.add(new SessionCommand.SettleLease(a.number, settlement));"
                + " if (settlement instanceof Settlement.Neutral) {"
                + " commands.add(new SessionCommand.SettleLease(a.number, settlement)); }"),
        new Mutant(
            "the budget is not charged for a retry before content",
            GUARDS,
            "lease.share = budget.take(now);",
            ""),
        new Mutant(
            "a recovery slot is not taken",
            GUARDS,
            "case CONTINUATION -> slots.take(now);",
            "case CONTINUATION -> {}"),
        new Mutant(
            "the error event has a number",
            MACHINE,
            "nextStep.released();",
            "nextStep.released();"
                + " if (how instanceof Outcome.Failed && committed.seen().content()) {"
                + " byte[] e = \"event: error\\ndata: {}\\n\\n\".getBytes("
                + "java.nio.charset.StandardCharsets.US_ASCII);"
                + " batch.add(e, 0, e.length); }"),
        new Mutant(
            "a deadline that fires late is not void",
            MACHINE,
            "boolean late = now - armedNanos > Clocks.LATE.toNanos();",
            "boolean late = false;"),
        new Mutant(
            "an event is emitted before it is appended",
            MACHINE,
            "commands.addFirst(new SessionCommand.Append(batch));",
            "commands.addFirst(new SessionCommand.Append(batch));"
                + " commands.add(new SessionCommand.Emit(committed.last()));"),
        new Mutant(
            "a reader that comes back is served from one event before its cursor",
            ENGINE + "delivery/Delivery.java",
            "this.cursor = streaming ? fact.after() : 0;",
            "this.cursor = streaming ? Math.max(0, fact.after() - 1) : 0;"),
        new Mutant(
            "white space is dropped at the seam",
            ENGINE + "dialect/seam/AnchorJoin.java",
            "return after.substring(has.length());",
            "return after.substring(has.length()).stripLeading();"),
        new Mutant(
            "usage is summed over the attempts",
            SPLICE,
            "long input = -Math.min(inputAdded, ChatReader.count(usage, \"prompt_tokens\"));",
            "long input = ChatReader.count(usage, \"prompt_tokens\");"),
        new Mutant(
            "usage leaves out what was written before the seam",
            SPLICE,
            "committed.produced()",
            "0L"),
        new Mutant(
            "reasoning of a later attempt is dropped before text",
            TOKENS,
            "int written = splice.splice(block, signals, holds ? rewritten : batch);",
            "if (Signals.any(signals, Signals.REASONING)) { a.unseen++; return true; }"
                + " int written = splice.splice(block, signals, holds ? rewritten : batch);"),
        new Mutant(
            "reasoning behind text is let through",
            SPLICE,
            "var chunk = ChatDelta.of(block.data(), block.dataStart());",
            "var chunk = ChatDelta.of(block.data(), block.dataStart());"
                + " if (continues && !chunk.reasoning().isEmpty()) {"
                + " add(new String(committed.content(chunk.reasoning()), StandardCharsets.UTF_8)"
                + ".replace(\"{\\\"content\\\":\", \"{\\\"reasoning_content\\\":\")"
                + ".getBytes(StandardCharsets.UTF_8), into);"
                + " return Signals.REASONING; }"),
        new Mutant(
            "a session expires while it is read",
            JOURNAL + "MemorySession.java",
            "&& followers.length > 0",
            "&& followers.length < 0"),
        new Mutant(
            "a session that nobody reads goes on for ever",
            ENGINE + "delivery/Delivery.java",
            "commands.add(new DeliveryCommand.CancelSession(\"nobody reads it any more\"));",
            ""),
        new Mutant(
            "each of two first readers begins an answer",
            JOURNAL + "MemoryStore.java",
            "return key == null ? null : new OwnedKey(head.owner(), key.hash());",
            "return null;"),
        new Mutant(
            "a cancel between a break and its continuation is lost",
            MACHINE,
            "case SessionFact.CancelRequested f -> end(new Failure.Cancelled(f.reason()));",
            "case SessionFact.CancelRequested f -> {"
                + " if (phase != Phase.LEASING && phase != Phase.LOADING) {"
                + " end(new Failure.Cancelled(f.reason())); } }"))
        .stream();
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void mutant_planted_isFound(Mutant mutant) {
    var hunt = mutant.hunt(folder, 1, SEEDS_MAX);

    System.out.printf(
        "mutant \"%s\": %s after %d seeds: %s%n",
        mutant.name(), hunt.found() ? "found" : "NOT FOUND", hunt.seeds(), hunt.what());
    assertThat(hunt.found()).as(mutant.name()).isTrue();
  }
}

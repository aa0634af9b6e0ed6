package dev.holdfast.simulator.world;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Seam;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The oracle: reads what the readers of a session got between them with a parser of its own and
 * compares it with the unbroken answer, which is known.
 */
final class AnswerChecker {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String DONE = "[DONE]";

  private final Session session;
  private final WatchedStore store;
  private final Verdicts verdicts;

  private final StringBuilder[] texts;
  private final List<String> said = new ArrayList<>();
  private final StringBuilder reasoning = new StringBuilder();
  private int thoughts;
  private final StringBuilder call = new StringBuilder();
  private final String[] reasons;
  private final int[] roles;
  private final Set<String> ids = new HashSet<>();
  private boolean done;

  private AnswerChecker(Session session, WatchedStore store, Verdicts verdicts) {
    this.session = session;
    this.store = store;
    this.verdicts = verdicts;
    int choices = session.spec.item().text().size();
    texts = new StringBuilder[choices];
    Arrays.setAll(texts, i -> new StringBuilder());
    reasons = new String[choices];
    Arrays.fill(reasons, "");
    roles = new int[choices];
  }

  static void check(Session session, WatchedStore store, Verdicts verdicts) {
    if (!session.refused() && !verdicts.failed()) {
      new AnswerChecker(session, store, verdicts).check();
    }
  }

  private void check() {
    var driver = session.driver;
    if (driver == null || driver.outcome() == null) {
      return;
    }
    boolean complete = driver.outcome() instanceof Outcome.Complete;
    expect(driver.outcomes() == 1, "exactly one outcome", "it has " + driver.outcomes());
    expect(store.finishes(driver.id()) == 1, "exactly one outcome", "the store has another count");
    if (session.latecomer) {
      expect(complete, "after the faults all is well", "it ended as " + driver.outcome());
      expect(session.calls.size() == 1, "after the faults all is well", "it took more calls");
    }
    for (var reader : session.readers) {
      if (reader.end() == Reader.End.BODY && reader.status() == 200) {
        body(reader.body());
      }
    }
    session.log.events().forEach(this::event);
    if (session.streamed()) {
      // A reader that left early may be the only one, so the log is no longer than it saw.
      streamed(complete, session.log.events().size() == store.acknowledged(driver.id()));
    }
  }

  private void expect(boolean holds, String rule, String what) {
    verdicts.expect(holds, rule, () -> session.id + ": " + what);
  }

  // ---- a stream

  private void event(byte[] data) {
    var text = new String(data, StandardCharsets.UTF_8);
    expect(!done, "nothing after the terminator", "an event follows: " + text);
    if (text.equals(DONE)) {
      done = true;
      return;
    }
    JsonNode root;
    try {
      root = JSON.readTree(data);
    } catch (JacksonException e) {
      expect(false, "events are JSON", text);
      return;
    }
    expect(!root.has("error"), "no error among the events", text);
    ids.add(root.path("id").asString(""));
    usage(root.path("usage"), text);
    for (JsonNode choice : root.path("choices")) {
      choice(choice, text);
    }
  }

  /** Usage is that of one unbroken call. */
  private void usage(JsonNode usage, String event) {
    if (!usage.isObject()) {
      return;
    }
    expect(
        session.spec.asking().usage() || !session.streamed(),
        "usage that nobody asked for stays away",
        event);
    int prompt = usage.path("prompt_tokens").asInt(0);
    int completion = usage.path("completion_tokens").asInt(0);
    // What was handed back is an estimate on both sides.
    int slack = session.streamed() && session.calls.size() > 1 ? Script.PROMPT_TOKENS / 2 : 0;
    expect(
        Math.abs(prompt - Script.PROMPT_TOKENS) <= slack
            && usage.path("total_tokens").asInt(0) == prompt + completion,
        "usage is that of one call",
        event);
    if (!anything()) {
      expect(
          new UsageRule(session).fits(completion, said, thoughts),
          "what was written is that of one call",
          event);
    }
  }

  private void choice(JsonNode choice, String event) {
    int index = choice.path("index").asInt(0);
    var delta = choice.path("delta");
    var text = delta.path("content").asString("");
    var thought = delta.path("reasoning_content").asString("");
    expect(
        reasons[index].isEmpty() || (text.isEmpty() && thought.isEmpty()),
        "nothing after the finish",
        event);
    expect(thought.isEmpty() || texts[index].isEmpty(), "reasoning behind text is dropped", event);
    texts[index].append(text);
    reasoning.append(thought);
    thoughts += thought.isEmpty() ? 0 : 1;
    if (index == 0 && !text.isEmpty()) {
      said.add(text);
    }
    roles[index] += delta.has("role") ? 1 : 0;
    for (JsonNode part : delta.path("tool_calls")) {
      call.append(part.path("function").path("arguments").asString(""));
    }
    var reason = choice.path("finish_reason").asString("");
    if (!reason.isEmpty()) {
      expect(reasons[index].isEmpty(), "one finish", event);
      reasons[index] = reason;
    }
  }

  private void streamed(boolean complete, boolean all) {
    var item = session.spec.item();
    expect(ids.size() <= 1, "one identity", ids.toString());
    for (int i = 0; i < texts.length; i++) {
      expect(roles[i] <= 1, "one beginning", "choice " + i + " has " + roles[i] + " roles");
      text(i, complete && all);
      if (complete && all) {
        expect(
            reasons[i].equals(AnswerBytes.reason(item)),
            "the finish is the unbroken one",
            "choice " + i + " finished as " + reasons[i]);
      }
    }
    expect(
        ReasoningRule.fits(session, reasoning.toString(), !texts[0].isEmpty()),
        "the reasoning is the unbroken one",
        "it is <" + reasoning + "> of " + item.reasoning());
    var arguments = String.join("", item.call());
    if (complete && all) {
      expect(done, "a whole answer has its terminator", "it has none");
      expect(call.toString().equals(arguments), "the call is the unbroken one", call.toString());
      if (session.calls.size() == 1) {
        transparent();
      }
    } else {
      expect(arguments.startsWith(call.toString()), "no call is told twice", call.toString());
    }
    expect(
        !done || complete || storeFailed(),
        "nothing ends cleanly half-way",
        "the terminator was sent");
  }

  /** What a store kept and did not acknowledge is read again, the terminator too. */
  private boolean storeFailed() {
    var id = session.storeId();
    return id != null && store.failed(id);
  }

  private void text(int choice, boolean whole) {
    var seen = texts[choice].toString();
    var said = unbroken(choice);
    if (said.isEmpty()) {
      return;
    }
    boolean right =
        said.stream().anyMatch(text -> whole ? text.equals(seen) : text.startsWith(seen));
    expect(
        right,
        whole ? "a whole answer equals the unbroken one" : "what was shown begins the answer",
        "choice " + choice + " is <" + seen + "> of " + said);
  }

  /** What the answer may be; empty if nothing can be said. */
  private List<String> unbroken(int choice) {
    var may = new ArrayList<String>();
    if (anything()) {
      return List.of();
    }
    for (var made : session.calls) {
      if (made.target.differs()) {
        may.add(Asked.TORN_VERSION + session.spec.item().whole(choice));
      }
      if (made.asked.isOurs() && !made.asked.goesOn()) {
        may.add(made.script.version + session.spec.item().whole(choice));
      }
    }
    return may.isEmpty() ? List.of(session.spec.item().whole(choice)) : may;
  }

  /** Whether a text was let through that proves nothing, and may be anything. */
  private boolean anything() {
    return session.spec.asking().lenient()
        && session.driver != null
        && (session.calls.stream().anyMatch(c -> c.target.differs())
            || session.seams().stream()
                .anyMatch(
                    s -> s.rung() == Profile.Rung.ANCHOR && s.verdict() == Seam.Verdict.UNPROVEN));
  }

  /** An unbroken stream goes through as it came, but for the closed list. */
  private void transparent() {
    var sent = new ArrayList<byte[]>();
    var script = session.calls.get(0).script;
    var reader = new EventReader((id, name, data) -> sent.add(data));
    for (var event : script.events) {
      reader.feed(event, 0, event.length);
    }
    if (!session.spec.asking().usage()) {
      sent.removeIf(data -> new String(data, StandardCharsets.UTF_8).contains("\"choices\":[],"));
    }
    var got = session.log.events();
    if (sent.size() < got.size()) {
      sent.add(DONE.getBytes(StandardCharsets.UTF_8));
    }
    boolean same = sent.size() == got.size();
    for (int i = 0; same && i < got.size(); i++) {
      same = Arrays.equals(sent.get(i), got.get(i));
    }
    expect(same, "an unbroken stream is not changed", sent.size() + " sent, " + got.size());
  }

  // ---- a body

  private void body(byte @Nullable [] body) {
    if (body == null) {
      expect(false, "a body has content", "it has none");
      return;
    }
    var root = JSON.readTree(body);
    usage(root.path("usage"), root.toString());
    var item = session.spec.item();
    expect(root.path("choices").size() == item.text().size(), "all choices", root.toString());
    for (JsonNode choice : root.path("choices")) {
      int index = choice.path("index").asInt(0);
      var message = choice.path("message");
      var said = unbroken(index);
      expect(
          said.isEmpty() || said.contains(message.path("content").asString("")),
          "a whole answer equals the unbroken one",
          root.toString());
      var arguments =
          message.path("tool_calls").path(0).path("function").path("arguments").asString("");
      // The upstream's own body has no reasoning, but events have.
      var thought =
          session.spec.asking().mode() == SessionSpec.Mode.WHOLE
              ? item.reasoning()
              : List.<String>of();
      expect(
          message.path("reasoning_content").asString("").equals(String.join("", thought)),
          "the reasoning is the unbroken one",
          root.toString());
      expect(
          arguments.equals(String.join("", item.call())),
          "the call is the unbroken one",
          root.toString());
      expect(
          choice.path("finish_reason").asString("").equals(AnswerBytes.reason(item)),
          "the finish is the unbroken one",
          root.toString());
    }
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.json.JsonMembers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Names what one call changes of the caller's request: the closed list, for a session's state. */
final class Edits {
  private static final List<String> LENGTHS = List.of("max_tokens", "max_completion_tokens");

  private Edits() {}

  /**
   * The members that differ, in the order of the list.
   *
   * @param purpose of the call; a probe is a question of our own and changes nothing
   */
  static List<String> of(
      DialectRequest request, Target target, TargetKnowledge knowledge, String purpose) {
    var edits = new ArrayList<String>();
    if (purpose.equals("probe")) {
      return edits;
    }
    if (!target.model().equals(request.model())) {
      edits.add("model");
    }
    if (request.mode() == Mode.ASSEMBLED) {
      edits.add("stream");
    }
    if (request.mode() != Mode.UNSTREAMED && request.takesUsageOut(target, knowledge)) {
      edits.add("stream_options.include_usage");
    } else if (knowledge.usageRefused() && request.member("stream_options").isPresent()) {
      edits.add("stream_options");
    }
    if (request.member("session_id").isPresent() && !target.profile().sessionId()) {
      edits.add("session_id");
    }
    if (purpose.equals("prefill")) {
      edits.add("messages");
      edits.addAll(flags(target));
    } else if (purpose.equals("anchor")) {
      edits.add("messages");
    }
    if (edits.contains("messages")) {
      LENGTHS.stream().filter(name -> request.member(name).isPresent()).forEach(edits::add);
    }
    return edits;
  }

  private static List<String> flags(Target target) {
    var written = "{" + target.profile().prefill().requestMembers() + "}";
    var members = JsonMembers.ofObject(written.getBytes(StandardCharsets.UTF_8), 0);
    var names = new ArrayList<String>();
    for (int i = 0; i < members.count(); i++) {
      names.add(members.name(i));
    }
    return names;
  }
}

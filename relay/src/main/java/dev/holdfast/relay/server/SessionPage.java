package dev.holdfast.relay.server;

import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.SessionNote;
import dev.holdfast.journal.SessionView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session's state as its owner reads it: metadata only, never text. */
final class SessionPage {
  private static final class Tried {
    final SessionNote.Attempt began;
    SessionNote.@Nullable Ended ended;
    SessionNote.@Nullable Usage usage;

    Tried(SessionNote.Attempt began) {
      this.began = began;
    }
  }

  private final SessionView view;
  private final @Nullable LiveState live;
  private final Map<Integer, Tried> attempts = new LinkedHashMap<>();
  private final List<SessionNote.Seam> seams = new ArrayList<>();
  private final JsonOut out = new JsonOut();

  private SessionPage(SessionView view, @Nullable LiveState live) {
    this.view = view;
    this.live = live;
    for (var note : view.notes()) {
      switch (note) {
        case SessionNote.Attempt n -> attempts.put(n.ordinal(), new Tried(n));
        case SessionNote.Ended n -> {
          var tried = attempts.get(n.attempt());
          if (tried != null) {
            tried.ended = n;
          }
        }
        case SessionNote.Usage n -> {
          var tried = attempts.get(n.attempt());
          if (tried != null) {
            tried.usage = n;
          }
        }
        case SessionNote.Seam n -> seams.add(n);
        case SessionNote.Unrecognised n -> {}
      }
    }
  }

  /**
   * All that is known of it.
   *
   * @param live null if nobody here drives it
   * @param readers connections that read it though it is over
   */
  static byte[] whole(SessionView view, @Nullable LiveState live, int readers) {
    return new SessionPage(view, live).whole(live == null ? readers : live.readers());
  }

  /** One line each, newest first. */
  static byte[] list(List<SessionView> views) {
    var out = new JsonOut();
    out.open('{').name("object").text("list").name("data").open('[');
    for (var view : views) {
      out.open('{');
      summary(out, view);
      out.close('}');
    }
    return out.close(']').close('}').toByteArray();
  }

  private static void summary(JsonOut out, SessionView view) {
    var head = view.head();
    out.name("id").text(head.id()).name("object").text("session");
    if (head.label() != null) {
      out.name("label").text(head.label());
    }
    out.name("state").text(word(view.state()));
    out.name("dialect").text(head.dialect()).name("model").text(head.route());
    out.name("streamed").flag(head.streamed());
    out.name("age_ms").number(view.age().toMillis());
    out.name("events").number(view.last());
    if (view.last() > 0) {
      out.name("last_event_id").text(view.histories().getLast().name() + "-" + view.last());
    }
  }

  private byte[] whole(int readers) {
    out.open('{');
    summary(out, view);
    out.name("readers").number(readers);
    out.name("cancel_requested").flag(view.cancelRequested());
    if (live != null && live.position() > 0) {
      out.name("queue").open('{').name("position").number(live.position()).close('}');
    }
    finish();
    attempts();
    seams();
    written();
    edits();
    bill();
    return out.close('}').toByteArray();
  }

  private void finish() {
    switch (view.finish()) {
      case null -> {}
      case FinishRecord.Complete f -> {}
      case FinishRecord.Cancelled f ->
          out.name("finish")
              .open('{')
              .name("why")
              .text("cancelled")
              .name("message")
              .text(f.message())
              .name("retryable")
              .flag(false)
              .close('}');
      case FinishRecord.Failed f -> {
        out.name("finish").open('{').name("why").text(f.why()).name("status").number(f.status());
        out.name("message").text(f.message()).name("retryable").flag(f.retryable());
        out.name("strategies").open('[');
        f.verdicts().forEach(out::text);
        out.close(']').close('}');
      }
    }
  }

  private void attempts() {
    out.name("attempts").open('[');
    for (var tried : attempts.values()) {
      var began = tried.began;
      var ended = tried.ended;
      out.open('{').name("number").number(began.ordinal()).name("target").text(began.target());
      out.name("purpose").text(began.purpose()).name("after").number(began.after());
      out.name("running").flag(ended == null && view.finish() == null);
      if (ended != null) {
        out.name("progressed").flag(ended.progressed());
        if (!ended.why().isEmpty()) {
          out.name("why").text(ended.why());
        }
      }
      out.close('}');
    }
    out.close(']');
  }

  private void seams() {
    out.name("seams").open('[');
    if (live == null) {
      for (var seam : seams) {
        seam(seam.after(), seam.strategy(), seam.verdict());
      }
    } else {
      for (var seam : live.seams()) {
        seam(seam.after(), word(seam.rung()), word(seam.verdict()));
      }
    }
    out.close(']');
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private void seam(long after, String rung, String verdict) {
    out.open('{').name("after").number(after).name("rung").text(rung);
    out.name("verdict").text(verdict).close('}');
  }

  /** Who wrote which events: each attempt from where it began to where the next one did. */
  private void written() {
    out.name("written").open('[');
    if (view.head().streamed()) {
      var tries = List.copyOf(attempts.values());
      for (int i = 0; i < tries.size(); i++) {
        long from = tries.get(i).began.after() + 1;
        long to = i + 1 < tries.size() ? tries.get(i + 1).began.after() : view.last();
        if (to >= from) {
          out.open('{').name("target").text(tries.get(i).began.target());
          out.name("from").number(from).name("to").number(to).close('}');
        }
      }
    }
    out.close(']');
  }

  private void edits() {
    out.name("edits").open('[');
    attempts.values().stream().flatMap(t -> t.began.edits().stream()).distinct().forEach(out::text);
    out.close(']');
  }

  private void bill() {
    long input = 0;
    long output = 0;
    long wasted = 0;
    boolean measured = true;
    out.name("bill").open('{').name("attempts").open('[');
    for (var tried : attempts.values()) {
      var usage = tried.usage;
      if (usage != null) {
        input += usage.inputTokens();
        output += usage.outputTokens();
        wasted += usage.wastedTokens();
        boolean used = usage.inputTokens() + usage.outputTokens() > 0;
        measured &= usage.measured() || !used;
        out.open('{').name("number").number(usage.attempt());
        tokens(usage.inputTokens(), usage.outputTokens(), usage.wastedTokens());
        out.name("measured").flag(usage.measured()).close('}');
      }
    }
    out.close(']');
    tokens(input, output, wasted);
    out.name("measured").flag(measured).close('}');
  }

  private void tokens(long input, long output, long wasted) {
    out.name("input_tokens").number(input).name("output_tokens").number(output);
    out.name("wasted_tokens").number(wasted);
  }
}

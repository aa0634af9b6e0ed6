package dev.holdfast.relay.config;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.relay.config.KnownKeys.Group;
import dev.holdfast.relay.config.Node.Entry;
import dev.holdfast.relay.config.Node.Mapping;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the upstreams: a built-in profile or a bare dialect, and what is written over it. */
final class UpstreamParser {
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";

  /** Profiles that will come with their dialect. */
  private static final List<String> PROFILES_NOT_BUILT = List.of("anthropic");

  private final Problems problems;

  UpstreamParser(Problems problems) {
    this.problems = problems;
  }

  List<Upstream> upstreams(Fields root) {
    Optional<Node> node = root.node("upstreams");
    if (node.isEmpty()) {
      root.problem("upstreams", "expected at least one upstream, got none");
      return List.of();
    }
    if (!(node.get() instanceof Mapping mapping) || mapping.entries().isEmpty()) {
      root.problem("upstreams", "expected a map of names to upstreams, got " + node.get().kind());
      return List.of();
    }
    var upstreams = new ArrayList<Upstream>();
    for (Entry entry : mapping.entries()) {
      upstream(entry, Paths.key("upstreams", entry.key())).ifPresent(upstreams::add);
    }
    return upstreams;
  }

  private Optional<Upstream> upstream(Entry entry, String path) {
    if (!entry.key().matches(NAME)) {
      problems.add(
          path,
          entry.line(),
          "expected a name of letters, digits, dots, dashes and underscores that begins with a"
              + " letter or digit");
      return Optional.empty();
    }
    if (!(entry.value() instanceof Mapping mapping)) {
      problems.add(path, entry.line(), "expected a map, got " + entry.value().kind());
      return Optional.empty();
    }
    var fields = new Fields(problems, Group.UPSTREAM, path, mapping);
    Optional<Profile> base = profile(fields);
    Optional<String> written = fields.value("url", Form.URL);
    Optional<Secret> key = fields.value("key", Form.SECRET);
    int concurrency =
        fields.value(
            "concurrency",
            Upstream.CONCURRENCY_UNBOUNDED,
            Form.count(1, Upstream.CONCURRENCY_UNBOUNDED));
    Manner manner = manner(fields);
    Optional<Boolean> deterministic = fields.value("deterministic", Form.SWITCH);
    fields.close();
    if (base.isEmpty()) {
      return Optional.empty();
    }
    Profile profile = manner.over(base.get());
    profile = profile.withDeterministic(deterministic.orElse(profile.deterministic()));
    checkUrl(fields, profile, written);
    if (!fields.has("url") && !profile.url().isEmpty() && !fields.has("key")) {
      fields.problem("key", "expected the provider's key, such as \"${PROVIDER_API_KEY}\"");
    }
    return Optional.of(
        new Upstream(
            entry.key(),
            profile,
            DialectName.OPENAI_CHAT,
            written.orElse(profile.url()),
            key.orElse(null),
            concurrency));
  }

  private static Optional<Profile> profile(Fields fields) {
    Optional<DialectName> dialect = fields.value("dialect", Form.oneOf(DialectName.class));
    boolean named = fields.has("profile");
    if (dialect.isPresent() && !dialect.get().built()) {
      fields.problem("dialect", dialect.get().written() + ": not built yet");
      return Optional.empty();
    }
    if (!named) {
      if (!fields.has("dialect")) {
        fields.problem(
            "profile",
            "expected a profile ("
                + String.join(", ", Profiles.names())
                + ") or a dialect ("
                + DialectName.OPENAI_CHAT.written()
                + ")");
      }
      return dialect.flatMap(d -> Profiles.find(Profiles.UNKNOWN));
    }
    Optional<String> name = fields.value("profile", Form.TEXT);
    Optional<Profile> profile = name.flatMap(Profiles::find);
    if (name.isPresent() && profile.isEmpty()) {
      fields.problem("profile", unknownProfile(name.get()));
    }
    return profile;
  }

  private static String unknownProfile(String name) {
    if (PROFILES_NOT_BUILT.contains(name)) {
      return name + ": not built yet";
    }
    String advice =
        KnownKeys.nearest(name, Profiles.names())
            .map(near -> "; did you mean " + near + "?")
            .orElse("");
    return "expected one of " + String.join(", ", Profiles.names()) + advice;
  }

  /**
   * Where the profile asks for the rest at a path of its own, the base URL must leave room for it.
   */
  private static void checkUrl(Fields fields, Profile profile, Optional<String> written) {
    if (written.isEmpty()) {
      if (profile.url().isEmpty() && !fields.has("url")) {
        fields.problem("url", "expected a base URL, because profile and dialect name none");
      }
      return;
    }
    if (profile.prefill().path().isEmpty() || profile.url().isEmpty()) {
      return;
    }
    URI known = URI.create(profile.url());
    URI given = URI.create(written.get());
    boolean sameHost =
        given.getHost().toLowerCase(Locale.ROOT).equals(known.getHost().toLowerCase(Locale.ROOT));
    if (sameHost && !given.getRawPath().equals(known.getRawPath())) {
      fields.problem(
          "url",
          "expected "
              + profile.url()
              + ", because an answer is continued at "
              + profile.prefill().path()
              + " of it");
    }
  }

  private static Manner manner(Fields fields) {
    List<Rung> rungs = fields.list("continuation", Form.oneOf(Rung.class));
    if (new HashSet<>(rungs).size() < rungs.size()) {
      fields.problem("continuation", "expected each way once");
    }
    return new Manner(
        rungs,
        fields.value("echo", EchoSetting.UNWRITTEN, EchoSetting.FORM),
        fields.value("finish", FinishSetting.UNWRITTEN, FinishSetting.FORM));
  }

  /**
   * What the operator knows better than the profile.
   *
   * @param rungs the ladder; empty if not written
   */
  private record Manner(List<Rung> rungs, EchoSetting echo, FinishSetting finish) {
    Profile over(Profile p) {
      // Whoever writes prefill out vouches for it.
      boolean vouched = rungs.contains(Rung.PREFILL);
      return new Profile(
          p.name(),
          p.url(),
          vouched ? p.prefill().withProven(true) : p.prefill(),
          switch (echo) {
            case ALWAYS -> Echo.ALWAYS;
            case NEVER -> Echo.NEVER;
            case DETECT -> Echo.UNKNOWN;
            case UNWRITTEN -> p.echo();
          },
          rungs.isEmpty() ? p.continuation() : rungs,
          switch (finish) {
            case DONE -> true;
            case REASON -> false;
            case UNWRITTEN -> p.doneWithoutReason();
          },
          p.keepAlives(),
          p.includeUsage(),
          p.sessionId(),
          p.quotaIsThrottle(),
          p.refusesTrailingSpace(),
          p.deterministic(),
          p.outputTokensMin(),
          p.reasoningModels(),
          p.patterns(),
          p.source());
    }
  }

  private enum EchoSetting {
    ALWAYS,
    NEVER,
    DETECT,
    UNWRITTEN;

    static final Form<EchoSetting> FORM =
        new Form<>(
            "one of always, never, detect",
            text ->
                switch (text) {
                  case "always" -> Optional.of(ALWAYS);
                  case "never" -> Optional.of(NEVER);
                  case "detect" -> Optional.of(DETECT);
                  default -> Optional.empty();
                });
  }

  private enum FinishSetting {
    /** It ends well with {@code [DONE]} and never sends a finish reason. */
    DONE,
    REASON,
    UNWRITTEN;

    static final Form<FinishSetting> FORM =
        new Form<>(
            "one of done, reason",
            text ->
                switch (text) {
                  case "done" -> Optional.of(DONE);
                  case "reason" -> Optional.of(REASON);
                  default -> Optional.empty();
                });
  }
}

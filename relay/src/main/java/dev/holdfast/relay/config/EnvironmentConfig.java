package dev.holdfast.relay.config;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What holds without a file. */
final class EnvironmentConfig {
  private record Provider(String variable, String name, DialectName dialect) {}

  private static final List<Provider> PROVIDERS =
      List.of(
          new Provider("HOLYSHEEP_API_KEY", "holysheep", DialectName.OPENAI_CHAT),
          new Provider("OPENAI_API_KEY", "openai", DialectName.OPENAI_CHAT),
          new Provider("ANTHROPIC_API_KEY", "anthropic", DialectName.ANTHROPIC_MESSAGES),
          new Provider("DEEPSEEK_API_KEY", "deepseek", DialectName.OPENAI_CHAT),
          new Provider("MISTRAL_API_KEY", "mistral", DialectName.OPENAI_CHAT),
          new Provider("OPENROUTER_API_KEY", "openrouter", DialectName.OPENAI_CHAT));

  /** What may be set to reach a provider, as a sentence lists it. */
  static final String VARIABLES =
      PROVIDERS.stream()
          .filter(p -> p.dialect().built())
          .map(Provider::variable)
          .collect(Collectors.joining(", "));

  private EnvironmentConfig() {}

  static RelayConfig of(Map<String, String> environment) {
    var upstreams = new ArrayList<Upstream>();
    var skipped = new ArrayList<String>();
    for (Provider provider : PROVIDERS) {
      String key = environment.getOrDefault(provider.variable(), "").strip();
      if (key.isEmpty()) {
        continue;
      }
      Optional<Profile> profile = Profiles.find(provider.name());
      if (!provider.dialect().built() || profile.isEmpty()) {
        skipped.add(
            provider.variable()
                + ": skipped, its dialect "
                + provider.dialect().written()
                + " is not built yet");
      } else if (!Secret.isUsable(key)) {
        skipped.add(provider.variable() + ": skipped, expected visible ASCII characters");
      } else {
        upstreams.add(upstream(provider.name(), profile.get(), new Secret(key)));
      }
    }
    if (upstreams.isEmpty()) {
      upstreams.add(simulator());
      skipped.add(
          "no provider key in the environment: only the built-in simulator answers, under names"
              + " simulator/…; set one of "
              + VARIABLES);
    }
    return config(environment, upstreams, skipped);
  }

  private static RelayConfig config(
      Map<String, String> environment, List<Upstream> upstreams, List<String> more) {
    var journal =
        new JournalSettings(
            ConfigParser.defaultDir(environment),
            JournalSettings.KEEP_DEFAULT,
            JournalSettings.SIZE_BYTES_DEFAULT,
            JournalSettings.Sync.OS);
    var notices = new ArrayList<>(Notices.of(Listen.DEFAULTS, journal, upstreams, false));
    notices.addAll(more);
    return new RelayConfig(
        Listen.DEFAULTS,
        ConfigParser.defaultWorkers(),
        journal,
        upstreams,
        List.of(),
        List.of(),
        Route.Policy.DEFAULTS,
        BreakerSettings.DEFAULTS,
        OnDisconnect.AUTO,
        false,
        RelayConfig.BODY_BYTES_DEFAULT,
        RelayConfig.REQUEST_WITHIN_DEFAULT,
        RelayConfig.COMMENTS_DEFAULT,
        SessionLimits.DEFAULTS,
        DrainTimes.DEFAULTS,
        notices);
  }

  private static Upstream upstream(String name, Profile profile, Secret key) {
    return new Upstream(
        name, profile, DialectName.OPENAI_CHAT, profile.url(), key, Upstream.CONCURRENCY_UNBOUNDED);
  }

  private static Upstream simulator() {
    return new Upstream(
        Profiles.SIMULATOR,
        Profiles.find(Profiles.SIMULATOR).orElseThrow(),
        DialectName.OPENAI_CHAT,
        "",
        null,
        Upstream.CONCURRENCY_UNBOUNDED);
  }
}

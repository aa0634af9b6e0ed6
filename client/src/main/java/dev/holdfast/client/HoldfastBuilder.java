package dev.holdfast.client;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.Presets;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link Holdfast}. Only a base URL is needed; each method says its default. Not
 * safe for several threads.
 *
 * <p>Callbacks run on the session's own thread, a virtual one, and the session waits for them: a
 * slow one holds up its own call and no other. One that throws cancels its call and is the cause.
 * For one call they never run at the same time; for several they do.
 */
public final class HoldfastBuilder {
  private record Place(
      String base, @Nullable String key, @Nullable Profile profile, @Nullable String model) {}

  private @Nullable String base;
  private @Nullable String key;
  private @Nullable Profile profile;
  private List<Profile.Rung> rungs = List.of();
  private final List<Place> fallbacks = new ArrayList<>();
  private final Map<String, String> headers = new LinkedHashMap<>();
  private RetryPolicy retry = RetryPolicy.DEFAULTS;
  private Clocks clocks = Clocks.DEFAULTS;
  private GuardSettings guards = GuardSettings.DEFAULTS;
  private boolean lenient;
  private boolean probes;
  private AnchorTemplate anchor = AnchorTemplate.DEFAULT;
  private boolean keepsEvents;
  private HttpClient.Version version = HttpClient.Version.HTTP_1_1;
  private Consumer<Notice.Retry> onRetry = notice -> {};
  private Consumer<Notice.CircuitOpen> onCircuitOpen = notice -> {};
  private Consumer<Notice.Queued> onQueue = notice -> {};
  private Consumer<Notice.Joined> onSeam = notice -> {};
  private Consumer<Answer> onComplete = answer -> {};
  private Consumer<StreamOutcome.Incomplete> onError = outcome -> {};

  HoldfastBuilder() {}

  /**
   * Where the provider is, as its documentation names it: most end in {@code /v1}. Calls go to
   * paths below it.
   *
   * @throws IllegalArgumentException if it is no URL of HTTP, or has a user, query or fragment
   */
  public HoldfastBuilder baseUrl(String url) {
    base = Upstream.checkedBase(url);
    return this;
  }

  /**
   * A relay of Holdfast's, whose answers are read on by cursor when the connection breaks. One that
   * stands at a {@link #baseUrl} is recognised by its answers; here it gets {@link
   * ChatRequest#label labels} besides.
   *
   * @throws IllegalArgumentException if it is no URL of HTTP, or has a user, query or fragment
   */
  public HoldfastBuilder relay(String url) {
    return baseUrl(url).profile(Profiles.RELAY);
  }

  /**
   * The key, sent as {@code Authorization: Bearer}. Not set: none is sent.
   *
   * @throws IllegalArgumentException if it is null or empty, as an unset variable of the
   *     environment is, or not of visible ASCII characters
   */
  public HoldfastBuilder apiKey(@Nullable String apiKey) {
    key = checkedKey(apiKey);
    return this;
  }

  private static String checkedKey(@Nullable String apiKey) {
    if (apiKey == null || apiKey.isBlank()) {
      throw new IllegalArgumentException(
          "expected an API key, got none: is the variable of the environment set?");
    }
    if (!apiKey.strip().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("expected an API key of visible ASCII characters");
    }
    return apiKey.strip();
  }

  /**
   * What is known of the provider, by a name of {@link Profiles}. Default: the one whose host the
   * base URL has; if there is none, one that knows only the wire format, and that a relay says
   * itself what it is.
   *
   * @throws IllegalArgumentException if there is no such profile; the message lists them
   */
  public HoldfastBuilder profile(String name) {
    return profile(
        Profiles.find(name)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "expected a profile of " + Profiles.names() + ", got \"" + name + "\"")));
  }

  /** What is known of the provider, where none of the built-in profiles says it. */
  public HoldfastBuilder profile(Profile known) {
    profile = Objects.requireNonNull(known, "known");
    return this;
  }

  /**
   * The ways to go on from a partial answer at the provider of the base URL, in order. Written out
   * they count as proven by whoever writes them. Default: those of the profile.
   */
  public HoldfastBuilder continuation(Profile.Rung... ways) {
    rungs = List.of(ways);
    return this;
  }

  /**
   * Another place to ask, when those before it fail. A text that was begun elsewhere is continued
   * there only if the model has the same name.
   *
   * @param url its base URL
   * @param apiKey its key; null to send none
   * @param model the name of the model there; null for the one that the request names
   * @throws IllegalArgumentException if the URL or the key is none
   */
  public HoldfastBuilder fallback(String url, @Nullable String apiKey, @Nullable String model) {
    fallbacks.add(
        new Place(
            Upstream.checkedBase(url), apiKey == null ? null : checkedKey(apiKey), null, model));
    return this;
  }

  /**
   * A header that calls to the base URL bear, such as an organisation's.
   *
   * @throws IllegalArgumentException if name or value is none of HTTP
   */
  public HoldfastBuilder header(String name, String value) {
    var checked = HttpRequest.newBuilder().header(name, value);
    Objects.requireNonNull(checked);
    headers.put(name, value);
    return this;
  }

  /**
   * Settings by name: {@code standard} (counts, waits and the circuit breaker), {@code seed-basic}
   * (counts and waits), {@code seed-session} (these, and the words by which a model is asked to go
   * on) or {@code seed-breaker} (the circuit breaker). Each replaces what it is about and leaves
   * the rest.
   *
   * @throws IllegalArgumentException if there is no such preset
   */
  public HoldfastBuilder preset(String name) {
    var waits = Presets.find(name);
    var breaker = dev.holdfast.engine.guard.Presets.find(name);
    if (waits.isEmpty() && breaker.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a preset of standard, seed-basic, seed-session and seed-breaker, got \""
              + name
              + "\"");
    }
    waits.ifPresent(preset -> retry = preset.policy());
    breaker.ifPresent(settings -> guards = guards.withBreaker(settings.breaker()));
    if (name.equals(Presets.SEED_SESSION.name())) {
      anchor = AnchorTemplate.SEED;
    }
    return this;
  }

  /** How often, and after what waits, a call tries again. Default {@link RetryPolicy#DEFAULTS}. */
  public HoldfastBuilder retry(RetryPolicy policy) {
    retry = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * The words by which a model is asked to repeat the end of its text and go on. Default {@link
   * AnchorTemplate#DEFAULT}, which is English.
   */
  public HoldfastBuilder anchor(AnchorTemplate template) {
    anchor = Objects.requireNonNull(template, "template");
    return this;
  }

  /** Breaker, budget and slots of each upstream. Default {@link GuardSettings#DEFAULTS}. */
  public HoldfastBuilder guards(GuardSettings settings) {
    guards = Objects.requireNonNull(settings, "settings");
    return this;
  }

  /** How long a call waits for what. Default {@link Clocks#DEFAULTS}. */
  public HoldfastBuilder clocks(Clocks newClocks) {
    clocks = Objects.requireNonNull(newClocks, "newClocks");
    return this;
  }

  /**
   * The longest a whole answer may take, over all attempts, while the body streams too; default 60
   * minutes. What came until then is in the outcome.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public HoldfastBuilder timeout(Duration whole) {
    if (!whole.isPositive()) {
      throw new IllegalArgumentException("expected a time above zero, got " + whole);
    }
    clocks = clocks.withAnswer(whole);
    return this;
  }

  /**
   * Accepts a seam that can't be proven, as the last way to go on, and says so in {@link
   * Answer#seams}. Default: such an answer is a failure.
   */
  public HoldfastBuilder lenient() {
    lenient = true;
    return this;
  }

  /** Refuses a seam that can't be proven, which is the default. */
  public HoldfastBuilder strict() {
    lenient = false;
    return this;
  }

  /**
   * Lets a break that needs it ask the provider a small question whose answer shows how it goes on
   * from a partial answer; it costs less than 100 tokens. Default: nobody is asked.
   */
  public HoldfastBuilder probeOnBreak() {
    probes = true;
    return this;
  }

  /** Keeps the events of an answer in {@link Answer#events}. Default: their text alone is kept. */
  public HoldfastBuilder keepEvents() {
    keepsEvents = true;
    return this;
  }

  /** The version of HTTP; default 1.1, under which one broken connection breaks one answer. */
  public HoldfastBuilder httpVersion(HttpClient.Version newVersion) {
    version = Objects.requireNonNull(newVersion, "newVersion");
    return this;
  }

  /**
   * Hears of each attempt that follows another, before it is waited for. On the session's thread.
   */
  public HoldfastBuilder onRetry(Consumer<Notice.Retry> callback) {
    onRetry = Objects.requireNonNull(callback, "callback");
    return this;
  }

  /** Hears of a breaker that opened, from the call that opened it. On the session's thread. */
  public HoldfastBuilder onCircuitOpen(Consumer<Notice.CircuitOpen> callback) {
    onCircuitOpen = Objects.requireNonNull(callback, "callback");
    return this;
  }

  /** Hears of a call that has to wait for its turn, and of each place. On the session's thread. */
  public HoldfastBuilder onQueue(Consumer<Notice.Queued> callback) {
    onQueue = Objects.requireNonNull(callback, "callback");
    return this;
  }

  /** Hears of each seam, once it is made. On the session's thread. */
  public HoldfastBuilder onSeam(Consumer<Notice.Joined> callback) {
    onSeam = Objects.requireNonNull(callback, "callback");
    return this;
  }

  /** Hears of each whole answer, before its call returns. On the session's thread. */
  public HoldfastBuilder onComplete(Consumer<Answer> callback) {
    onComplete = Objects.requireNonNull(callback, "callback");
    return this;
  }

  /**
   * Hears of each answer that did not become whole, a cancelled one too, before its call returns.
   * On the session's thread.
   */
  public HoldfastBuilder onError(Consumer<StreamOutcome.Incomplete> callback) {
    onError = Objects.requireNonNull(callback, "callback");
    return this;
  }

  /**
   * The client. The builder can be used again.
   *
   * @throws IllegalStateException if there is no base URL
   */
  public Holdfast build() {
    return build(new SystemTiming());
  }

  Holdfast build(Timing timing) {
    if (base == null) {
      throw new IllegalStateException("expected a base URL, set none: call baseUrl or relay");
    }
    var places = new ArrayList<Settings.Place>();
    places.add(new Settings.Place(upstream(base, key, first(base), headers, places), null));
    for (var place : fallbacks) {
      var known = Upstream.profileOf(place.base());
      places.add(
          new Settings.Place(
              upstream(place.base(), place.key(), known, Map.of(), places), place.model()));
    }
    var http =
        HttpClient.newBuilder()
            .version(version)
            .connectTimeout(clocks.connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    var calls = new Callbacks(onRetry, onCircuitOpen, onQueue, onSeam, onComplete, onError);
    return new Holdfast(
        new Settings(places, retry, clocks, guards, lenient, probes, anchor, keepsEvents, calls),
        timing,
        http);
  }

  private Profile first(String url) {
    var known = profile == null ? Upstream.profileOf(url) : profile;
    return rungs.isEmpty() ? known : known.withContinuation(rungs, true);
  }

  /** Named by its address; a second one there gets a number. */
  private static Upstream upstream(
      String url,
      @Nullable String apiKey,
      Profile known,
      Map<String, String> headers,
      List<Settings.Place> before) {
    var at = URI.create(url).getRawAuthority();
    var taken = before.stream().map(place -> place.upstream().name()).toList();
    var name = at;
    for (int number = 2; taken.contains(name); number++) {
      name = at + "#" + number;
    }
    return new Upstream(name, url, apiKey, known, headers);
  }
}

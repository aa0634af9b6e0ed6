package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.relay.config.Resolution.Found;
import dev.holdfast.relay.config.Resolution.NotFound;
import dev.holdfast.relay.config.Resolution.Target;
import dev.holdfast.relay.config.Router.ModelEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
  private static final String UPSTREAMS =
      """
      upstreams:
        a: { dialect: openai-chat, url: "http://a/v1" }
        b: { dialect: openai-chat, url: "http://b/v1" }
      """;

  private static final Router WRITTEN =
      router(
          UPSTREAMS
              + """
              routes:
                gpt-4.1: [a/gpt-4.1, b/gpt-4.1, b/other, { target: a/third, when: [break] }]
                one: a/uno
                slash/name: a/x/y
                gpt-*: [a/*, b/pre-*]
                gpt-4*: b/*
                "*-mini": b/fixed
                "*": [a/*, b/*]
              """);

  @Test
  void resolve_exactName_ordersTargetsAndTellsWhatEachMayDo() {
    assertThat(targets(WRITTEN, "gpt-4.1"))
        .containsExactly(
            new Target("a", "gpt-4.1", true, true),
            // The same model elsewhere may continue; another may not, unless it is written.
            new Target("b", "gpt-4.1", true, true),
            new Target("b", "other", true, false),
            new Target("a", "third", false, true));
  }

  @ParameterizedTest
  @CsvSource({
    "one, one, a/uno",
    "slash/name, slash/name, a/x/y",
    "gpt-4.1, gpt-4.1, a/gpt-4.1",
    "gpt-4o, gpt-4*, b/o",
    "gpt-4, gpt-*, a/4",
    "gpt-, *, a/gpt-",
    "o4-mini, *-mini, b/fixed",
    "gpt-5-mini, *-mini, b/fixed",
    "anything, *, a/anything",
    "a/gpt, *, a/a/gpt",
    "ONE, *, a/ONE",
  })
  void resolve_byRoute_takesTheExactNameThenTheMostFixedPattern(
      String model, String route, String first) {
    var found = (Found) WRITTEN.resolve(model);

    assertThat(found.route()).isEqualTo(route);
    assertThat(found.targets().get(0).name()).isEqualTo(first);
  }

  @Test
  void resolve_pattern_comparesNamesAfterFillingThemIn() {
    assertThat(targets(WRITTEN, "gpt-3"))
        .containsExactly(new Target("a", "3", true, true), new Target("b", "pre-3", true, false));
    assertThat(targets(WRITTEN, "any"))
        .containsExactly(new Target("a", "any", true, true), new Target("b", "any", true, true));
  }

  @Test
  void resolve_patternsOfEqualWeight_takesTheFirst() {
    Router router = router(UPSTREAMS + "routes: { \"x*\": a/m, \"*y\": b/m }\n");

    assertThat(((Found) router.resolve("x-y")).route()).isEqualTo("x*");
  }

  @Test
  void resolve_withoutARoute_listsTheRoutes() {
    Router router = router(UPSTREAMS + "routes: { one: a/m, two-*: b/* }\n");

    assertThat(router.resolve("three"))
        .isEqualTo(new NotFound("no route for model three", List.of("one", "two-*")));
    assertThat(((NotFound) router.resolve("three")).message())
        .isEqualTo("no route for model three; known: one, two-*");
    // Where routes are written they are all there is.
    assertThat(router.resolve("a/m")).isInstanceOf(NotFound.class);
  }

  @Test
  void message_ofNotFound_holdsOnlyWhatTheCallerMayAskFor() {
    var notFound = new NotFound("no route for model x", List.of("one", "secret"));

    assertThat(notFound.visibleTo(name -> name.equals("one")).message())
        .isEqualTo("no route for model x; known: one");
    assertThat(notFound.visibleTo(name -> false).message()).isEqualTo("no route for model x");
  }

  @Test
  void message_ofAHostileName_isOneBoundedLine() {
    Router router = router(UPSTREAMS + "routes: { one: a/m }\n");

    var notFound = (NotFound) router.resolve("x\r\nevent: error" + "y".repeat(10_000));

    assertThat(notFound.why())
        .startsWith("no route for model x  event: error")
        .hasSizeLessThan(150);
  }

  @ParameterizedTest
  @CsvSource({
    "openai/gpt-4.1, openai, gpt-4.1",
    "deepseek/anything, deepseek, anything",
    "openai/ft:a/b, openai, ft:a/b",
    "gpt-4.1, openai, gpt-4.1",
    "deepseek-chat, deepseek, deepseek-chat",
  })
  void resolve_withoutRoutes_goesByPrefixOrByTheProfileThatClaims(
      String model, String upstream, String there) {
    Router router = environment("OPENAI_API_KEY", "DEEPSEEK_API_KEY", "HOLYSHEEP_API_KEY");

    assertThat(targets(router, model)).containsExactly(new Target(upstream, there, true, true));
  }

  @Test
  void resolve_bareNameThatNobodyClaims_listsEachProvider() {
    Router router = environment("OPENAI_API_KEY", "HOLYSHEEP_API_KEY");

    assertThat(router.resolve("claude-sonnet-4.5"))
        .isEqualTo(
            new NotFound(
                "no provider claims model claude-sonnet-4.5: write the provider in front",
                List.of("holysheep/claude-sonnet-4.5", "openai/claude-sonnet-4.5")));
  }

  @Test
  void resolve_bareNameThatSeveralClaim_listsThose() {
    Router router =
        router(
            "upstreams: { x: { profile: openai, key: k }, y: { profile: openai, key: k }, z: {"
                + " profile: mistral, key: k } }");

    assertThat(router.resolve("gpt-4.1"))
        .isEqualTo(
            new NotFound(
                "several providers claim model gpt-4.1: write the provider in front",
                List.of("x/gpt-4.1", "y/gpt-4.1")));
  }

  @ParameterizedTest
  @CsvSource({"claude-sonnet-4.5", "vendor/model", "gpt-4.1"})
  void resolve_bareNameAtTheOnlyProvider_goesThere(String model) {
    assertThat(targets(environment("HOLYSHEEP_API_KEY"), model))
        .containsExactly(new Target("holysheep", model, true, true));
  }

  @Test
  void resolve_bareNameBesideASimulator_neverGoesToIt() {
    Router router =
        router(
            "upstreams: { sim: { profile: simulator, url: \"http://127.0.0.1:1/v1\" }, o: {"
                + " profile: openai, key: k } }");

    assertThat(targets(router, "whatever"))
        .containsExactly(new Target("o", "whatever", true, true));
    assertThat(targets(router, "sim/x")).containsExactly(new Target("sim", "x", true, true));
  }

  @Test
  void resolve_noName_isNotFound() {
    assertThat(environment("OPENAI_API_KEY").resolve("")).isInstanceOf(NotFound.class);
    assertThat(WRITTEN.resolve("")).isInstanceOf(NotFound.class);
  }

  @Test
  void models_ofRoutes_areTheNamesWithoutPatterns() {
    assertThat(WRITTEN.models())
        .containsExactly(
            new ModelEntry("gpt-4.1", "a"),
            new ModelEntry("one", "a"),
            new ModelEntry("slash/name", "a"));
    assertThat(environment("OPENAI_API_KEY").models()).isEmpty();
  }

  private static List<Target> targets(Router router, String model) {
    return ((Found) router.resolve(model)).targets();
  }

  private static Router router(String yaml) {
    return RelayConfig.parse(yaml, Map.of()).router();
  }

  private static Router environment(String... variables) {
    var environment = new HashMap<String, String>();
    for (String variable : variables) {
      environment.put(variable, "k");
    }
    return RelayConfig.fromEnvironment(environment).router();
  }
}

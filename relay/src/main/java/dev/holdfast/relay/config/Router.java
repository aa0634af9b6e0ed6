package dev.holdfast.relay.config;

import dev.holdfast.relay.config.Resolution.Found;
import dev.holdfast.relay.config.Resolution.NotFound;
import dev.holdfast.relay.config.Resolution.Target;
import dev.holdfast.relay.config.RouteTarget.When;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the targets of a model name. Pure: the same name leads to the same place as long as the
 * configuration lives.
 *
 * <p>Where routes are written, they are all there is: the exact name first, then the pattern with
 * the most fixed characters, of equals the first. Where none is written, {@code provider/model}
 * goes to that provider, and a bare name to the only provider or to the one whose profile claims
 * it. The simulator invents text and therefore gets no bare name, not even as the only one.
 */
public final class Router {
  private static final int NAME_SHOWN_MAX = 100;

  private final RelayConfig config;

  Router(RelayConfig config) {
    this.config = config;
  }

  /** Where a request for this model goes. */
  public Resolution resolve(String model) {
    return config.routes().isEmpty() ? byProvider(model) : byRoute(model);
  }

  /** The names that can be listed, in the order of the file; patterns stand for no name. */
  public List<ModelEntry> models() {
    return config.routes().stream()
        .filter(route -> !route.model().isWildcard())
        .map(route -> new ModelEntry(route.model().text(), route.targets().get(0).upstream()))
        .toList();
  }

  /**
   * A line of {@code /v1/models}.
   *
   * @param id the model name
   * @param ownedBy the upstream of its first target
   */
  public record ModelEntry(String id, String ownedBy) {}

  private Resolution byRoute(String model) {
    Optional<Route> exact =
        config.routes().stream()
            .filter(route -> !route.model().isWildcard() && route.model().matches(model))
            .findFirst();
    Optional<Route> found =
        exact.isPresent()
            ? exact
            : config.routes().stream()
                .filter(route -> route.model().isWildcard() && route.model().matches(model))
                // A stream's max would take the last of equals.
                .min(Comparator.comparingInt(route -> -route.model().fixedLength()));
    return found
        .<Resolution>map(route -> found(route, model))
        .orElseGet(() ->
            new NotFound(
                "no route for model " + shown(model),
                config.routes().stream().map(route -> route.model().text()).toList()));
  }

  private static Found found(Route route, String model) {
    String captured = route.model().capture(model).orElse("");
    String first = fill(route.targets().get(0).model(), captured);
    var targets = new ArrayList<Target>();
    for (RouteTarget target : route.targets()) {
      String there = fill(target.model(), captured);
      When when = target.when();
      boolean sameModel = there.equals(first);
      targets.add(
          new Target(
              target.upstream(),
              there,
              when != When.BREAK,
              when == When.BREAK
                  || when == When.BOTH
                  || (when == When.BY_MODEL_NAME && sameModel)));
    }
    return new Found(route.model().text(), targets, route.policy());
  }

  private static String fill(String template, String captured) {
    return template.replace("*", captured);
  }

  private Resolution byProvider(String model) {
    int slash = model.indexOf('/');
    if (slash > 0 && slash < model.length() - 1) {
      Optional<Upstream> named = config.upstream(model.substring(0, slash));
      if (named.isPresent()) {
        return only(named.get(), model.substring(slash + 1));
      }
    }
    List<Upstream> providers =
        config.upstreams().stream().filter(upstream -> !upstream.isSimulator()).toList();
    if (providers.isEmpty()) {
      return new NotFound(
          "no provider for model "
              + shown(model)
              + ": only the built-in simulator is there, under names simulator/…; set one of "
              + EnvironmentConfig.VARIABLES
              + " or write a configuration",
          List.of());
    }
    if (model.isBlank()) {
      return new NotFound("expected the name of a model, got none", List.of());
    }
    if (providers.size() == 1) {
      return only(providers.get(0), model);
    }
    List<Upstream> claiming = providers.stream().filter(u -> u.profile().serves(model)).toList();
    if (claiming.size() == 1) {
      return only(claiming.get(0), model);
    }
    List<Upstream> candidates = claiming.isEmpty() ? providers : claiming;
    return new NotFound(
        (claiming.isEmpty() ? "no provider claims model " : "several providers claim model ")
            + shown(model)
            + ": write the provider in front",
        candidates.stream().map(upstream -> upstream.name() + "/" + shown(model)).toList());
  }

  private Found only(Upstream upstream, String model) {
    var target = new Target(upstream.name(), model, true, true);
    // Not the caller's text: routes become labels of metrics, and there must be few of them.
    return new Found(upstream.name() + "/*", List.of(target), config.policy());
  }

  /** A caller's text on its way into a message: bounded, and in one line. */
  private static String shown(String model) {
    String visible = model.replaceAll("\\p{Cntrl}", " ");
    return visible.length() <= NAME_SHOWN_MAX
        ? visible
        : visible.substring(0, NAME_SHOWN_MAX) + "…";
  }
}

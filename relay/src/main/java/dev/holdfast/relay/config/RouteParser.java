package dev.holdfast.relay.config;

import dev.holdfast.relay.config.KnownKeys.Group;
import dev.holdfast.relay.config.Node.Entry;
import dev.holdfast.relay.config.Node.Mapping;
import dev.holdfast.relay.config.Node.Scalar;
import dev.holdfast.relay.config.Node.Sequence;
import dev.holdfast.relay.config.RouteTarget.When;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Reads the routes: a list of targets, or a map of targets and what this route has of its own. */
final class RouteParser {
  private enum Use {
    START,
    BREAK
  }

  private final Problems problems;
  private final PolicyParser policies;
  private final Route.Policy policy;

  /** The names in the file, also of upstreams that could not be read. */
  private List<String> upstreams = List.of();

  RouteParser(Problems problems, PolicyParser policies, Route.Policy policy) {
    this.problems = problems;
    this.policies = policies;
    this.policy = policy;
  }

  List<Route> routes(Fields root) {
    upstreams = ConfigParser.names(root.node("upstreams"));
    Optional<Node> node = root.node("routes");
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof Mapping mapping) || mapping.entries().isEmpty()) {
      root.problem("routes", "expected a map of model names to targets, got " + node.get().kind());
      return List.of();
    }
    var routes = new ArrayList<Route>();
    for (Entry entry : mapping.entries()) {
      route(entry, Paths.key("routes", entry.key())).ifPresent(routes::add);
    }
    return routes;
  }

  private Optional<Route> route(Entry entry, String path) {
    Optional<ModelPattern> model = ModelPattern.FORM.parse().apply(entry.key());
    if (model.isEmpty()) {
      problems.add(path, entry.line(), "expected " + ModelPattern.FORM.expected());
      return Optional.empty();
    }
    if (!(entry.value() instanceof Mapping mapping)) {
      return Optional.of(new Route(model.get(), targets(entry.value(), path, model.get()), policy));
    }
    var fields = new Fields(problems, Group.ROUTE, path, mapping);
    Optional<Node> node = fields.node("targets");
    if (node.isEmpty()) {
      fields.problem("targets", "expected the targets of this route, got none");
    }
    List<RouteTarget> targets =
        node.map(n -> targets(n, fields.path("targets"), model.get())).orElse(List.of());
    var own =
        new Route.Policy(
            policies.retry(fields, policy.retry()),
            policies.clocks(fields, policy.clocks()),
            policies.seams(fields, policy.seams()),
            policies.probe(fields, policy.probe()),
            policies.anchor(fields, policy.anchor()));
    fields.close();
    return Optional.of(new Route(model.get(), targets, own));
  }

  private List<RouteTarget> targets(Node node, String path, ModelPattern model) {
    List<Node> items = node instanceof Sequence sequence ? sequence.items() : List.of(node);
    var targets = new ArrayList<RouteTarget>();
    var seen = new HashSet<String>();
    boolean complete = true;
    for (int i = 0; i < items.size(); i++) {
      Node item = items.get(i);
      String itemPath = node instanceof Sequence ? Paths.item(path, i) : path;
      Optional<RouteTarget> target = target(item, itemPath, model);
      complete &= target.isPresent();
      target.ifPresent(targets::add);
      if (target.isPresent() && !seen.add(target.get().upstream() + "/" + target.get().model())) {
        problems.add(itemPath, item.line(), "expected each target once");
      }
    }
    if (items.isEmpty()) {
      problems.add(path, node.line(), "expected at least one target, got an empty list");
    } else if (complete && targets.stream().allMatch(t -> t.when() == When.BREAK)) {
      problems.add(path, node.line(), "expected at least one target that may start");
    }
    return targets;
  }

  private Optional<RouteTarget> target(Node node, String path, ModelPattern model) {
    if (node instanceof Scalar) {
      return target(node, path, model, When.BY_MODEL_NAME);
    }
    if (!(node instanceof Mapping mapping)) {
      problems.add(path, node.line(), "expected upstream/model, got " + node.kind());
      return Optional.empty();
    }
    var fields = new Fields(problems, Group.TARGET, path, mapping);
    Optional<Node> name = fields.node("target");
    if (name.isEmpty()) {
      fields.problem("target", "expected upstream/model, got nothing");
    }
    When when = when(fields);
    fields.close();
    return name.flatMap(n -> target(n, fields.path("target"), model, when));
  }

  private Optional<RouteTarget> target(Node node, String path, ModelPattern model, When when) {
    var form =
        new Form<>(
            model.isWildcard()
                ? "upstream/model, the model with at most one *"
                : "upstream/model, without * because the route has none",
            text -> split(text, model, when));
    Optional<RouteTarget> target = Fields.read(problems, path, node, form);
    if (target.isPresent() && !upstreams.contains(target.get().upstream())) {
      String advice =
          KnownKeys.nearest(target.get().upstream(), upstreams)
              .map(near -> "; did you mean " + near + "?")
              .orElse("");
      problems.add(path, node.line(), "no upstream is named " + target.get().upstream() + advice);
      return Optional.empty();
    }
    return target;
  }

  private static Optional<RouteTarget> split(String text, ModelPattern model, When when) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash == text.length() - 1) {
      return Optional.empty();
    }
    String there = text.substring(slash + 1);
    boolean wild = there.contains("*");
    if (wild && (!model.isWildcard() || there.indexOf('*') != there.lastIndexOf('*'))) {
      return Optional.empty();
    }
    return Optional.of(new RouteTarget(text.substring(0, slash), there, when));
  }

  private static When when(Fields fields) {
    List<Use> uses = fields.list("when", Form.oneOf(Use.class));
    if (uses.isEmpty()) {
      return When.BY_MODEL_NAME;
    }
    if (!uses.contains(Use.BREAK)) {
      return When.START;
    }
    return uses.contains(Use.START) ? When.BOTH : When.BREAK;
  }
}

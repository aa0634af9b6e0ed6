package dev.holdfast.relay.config;

import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.relay.config.KnownKeys.Group;
import dev.holdfast.relay.config.Node.Mapping;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the whole file. Each part adds what is wrong to one list; only at the end is it decided
 * whether there is a configuration.
 */
final class ConfigParser {
  private static final int WORKERS_MAX = 1_024;

  private final Map<String, String> environment;
  private final Problems problems = new Problems();
  private final PolicyParser policies = new PolicyParser(problems);

  ConfigParser(Map<String, String> environment) {
    this.environment = environment;
  }

  RelayConfig parse(String yaml) {
    Node root = new YamlReader(environment, problems).read(yaml);
    if (!(root instanceof Mapping mapping)) {
      problems.add("", root.line(), "expected a map of keys, got " + root.kind());
      throw problems.exception();
    }
    var fields = new Fields(problems, Group.ROOT, "", mapping);

    Listen listen = fields.value("listen", Listen.DEFAULTS, Form.LISTEN);
    int workers = fields.value("workers", defaultWorkers(), Form.count(1, WORKERS_MAX));
    JournalSettings journal = journal(fields);
    Route.Policy policy = policy(fields);
    BreakerSettings breaker = policies.breaker(fields);
    List<Upstream> upstreams = new UpstreamParser(problems).upstreams(fields);
    List<Route> routes = new RouteParser(problems, policies, policy).routes(fields);
    List<ClientKey> keys = new KeyParser(problems).keys(fields);
    OnDisconnect onDisconnect =
        fields.value("on-disconnect", OnDisconnect.AUTO, Form.oneOf(OnDisconnect.class));
    boolean insecure = fields.value("insecure", false, Form.SWITCH);
    long bodyBytesMax =
        fields.value("body-max", RelayConfig.BODY_BYTES_DEFAULT, Form.size(1L << 10, 1L << 30));
    Duration requestWithin =
        fields.value("request-within", RelayConfig.REQUEST_WITHIN_DEFAULT, Form.TIME);
    Duration comments = fields.value("comments", RelayConfig.COMMENTS_DEFAULT, Form.TIME);
    SessionLimits sessions = policies.sessions(fields);
    DrainTimes drain = drain(fields);
    fields.close();

    if (!listen.isLoopback() && !fields.has("keys") && !insecure) {
      fields.problem(
          "listen",
          "expected a loopback address, or keys, or insecure: true; got "
              + listen
              + " without keys, where anyone could spend your credit");
    }
    problems.throwIfAny();
    return new RelayConfig(
        listen,
        workers,
        journal,
        upstreams,
        routes,
        keys,
        policy,
        breaker,
        onDisconnect,
        insecure,
        bodyBytesMax,
        requestWithin,
        comments,
        sessions,
        drain,
        Notices.of(listen, journal, upstreams, !keys.isEmpty()));
  }

  static int defaultWorkers() {
    return Math.min(WORKERS_MAX, Runtime.getRuntime().availableProcessors());
  }

  /** Where state lies when nothing is written: where the desktop's rules say, or below home. */
  static Path defaultDir(Map<String, String> environment) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    return state.startsWith("/")
        ? Path.of(state, "holdfast")
        : home(environment).resolve(".local/state/holdfast");
  }

  private Route.Policy policy(Fields fields) {
    RetryPolicy retry = policies.retry(fields, RetryPolicy.DEFAULTS);
    Clocks clocks = policies.clocks(fields, Clocks.DEFAULTS);
    Duration commitAfter = fields.value("commit-after", clocks.commitAfter(), Form.TIME_OR_ZERO);
    return new Route.Policy(
        retry,
        clocks.withCommitAfter(commitAfter),
        policies.seams(fields, Seams.STRICT),
        policies.probe(fields, Probe.NEVER),
        policies.anchor(fields, AnchorTemplate.DEFAULT));
  }

  private JournalSettings journal(Fields root) {
    Path dir = defaultDir(environment);
    Optional<Fields> found = policies.group(root, "journal", Group.JOURNAL);
    if (found.isEmpty()) {
      return new JournalSettings(
          dir,
          JournalSettings.KEEP_DEFAULT,
          JournalSettings.SIZE_BYTES_DEFAULT,
          JournalSettings.Sync.OS);
    }
    Fields fields = found.get();
    var settings =
        new JournalSettings(
            fields.value("dir", dir, new Form<>("a directory", this::directory)),
            fields.value("keep", JournalSettings.KEEP_DEFAULT, Form.TIME),
            fields.value(
                "size-max", JournalSettings.SIZE_BYTES_DEFAULT, Form.size(1L << 20, 1L << 50)),
            fields.value("sync", JournalSettings.Sync.OS, Form.oneOf(JournalSettings.Sync.class)));
    fields.close();
    return settings;
  }

  private DrainTimes drain(Fields root) {
    Optional<Fields> found = policies.group(root, "drain", Group.DRAIN);
    if (found.isEmpty()) {
      return DrainTimes.DEFAULTS;
    }
    Fields fields = found.get();
    Duration accept = fields.value("accept", DrainTimes.DEFAULTS.accept(), Form.TIME_OR_ZERO);
    Duration readers = fields.value("readers", DrainTimes.DEFAULTS.readers(), Form.TIME_OR_ZERO);
    fields.close();
    if (readers.compareTo(accept) < 0) {
      fields.problem(
          "readers",
          "expected at least accept ("
              + Units.print(accept)
              + "), both count from the signal; got "
              + Units.print(readers));
      return DrainTimes.DEFAULTS;
    }
    return new DrainTimes(accept, readers);
  }

  private Optional<Path> directory(String text) {
    try {
      if (text.isBlank() || (text.startsWith("~") && !text.matches("~(/.*)?"))) {
        return Optional.empty();
      }
      Path path =
          text.startsWith("~")
              ? home(environment).resolve(text.substring(1).replaceFirst("^/+", ""))
              : Path.of(text);
      return Optional.of(path.toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Path home(Map<String, String> environment) {
    return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", ".")));
  }

  /** The names that stand in a free map, whether or not what they name could be read. */
  static List<String> names(Optional<Node> node) {
    var names = new ArrayList<String>();
    if (node.isPresent() && node.get() instanceof Mapping mapping) {
      mapping.entries().forEach(entry -> names.add(entry.key()));
    }
    return names;
  }
}

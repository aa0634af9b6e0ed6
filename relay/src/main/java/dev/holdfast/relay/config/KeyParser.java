package dev.holdfast.relay.config;

import dev.holdfast.relay.config.KnownKeys.Group;
import dev.holdfast.relay.config.Node.Mapping;
import dev.holdfast.relay.config.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads who may call. A key belongs to one owner, and an owner stands once. */
final class KeyParser {
  private static final List<ModelPattern> EVERY_MODEL = List.of(new ModelPattern("*"));

  /** An owner's name goes into logs and metrics. */
  private static final Form<String> NAME =
      new Form<>(
          "a name of 1 to 64 letters, digits, dots, dashes and underscores",
          text ->
              text.matches("[A-Za-z0-9._-]{1,64}") ? Optional.of(text) : Optional.<String>empty());

  private final Problems problems;
  private final Set<String> names = new HashSet<>();
  private final Map<KeyHash, String> owners = new HashMap<>();

  KeyParser(Problems problems) {
    this.problems = problems;
  }

  List<ClientKey> keys(Fields root) {
    Optional<Node> node = root.node("keys");
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof Sequence sequence) || sequence.items().isEmpty()) {
      root.problem("keys", "expected a list of keys, got " + described(node.get()));
      return List.of();
    }
    var keys = new ArrayList<ClientKey>();
    for (int i = 0; i < sequence.items().size(); i++) {
      key(sequence.items().get(i), Paths.item("keys", i)).ifPresent(keys::add);
    }
    return keys;
  }

  private Optional<ClientKey> key(Node node, String path) {
    if (!(node instanceof Mapping mapping)) {
      // What stands here may be the key itself.
      problems.add(path, node.line(), "expected a map with name and sha256");
      return Optional.empty();
    }
    var fields = new Fields(problems, Group.KEY, path, mapping);
    Optional<String> name = fields.value("name", NAME);
    List<KeyHash> hashes = fields.list("sha256", KeyHash.FORM);
    List<ModelPattern> models = fields.list("models", ModelPattern.FORM);
    fields.close();
    if (!fields.has("name")) {
      fields.problem("name", "expected the name of the owner, got nothing");
    }
    if (!fields.has("sha256")) {
      fields.problem("sha256", "expected the SHA-256 of at least one key, got nothing");
    }
    if (name.isEmpty() || hashes.isEmpty()) {
      return Optional.empty();
    }
    if (!names.add(name.get())) {
      fields.problem(
          "name", "expected each owner once, with all hashes in one list; got " + name.get());
    }
    for (KeyHash hash : hashes) {
      String before = owners.putIfAbsent(hash, name.get());
      if (before != null) {
        fields.problem("sha256", hash + " is already a key of " + before);
      }
    }
    return Optional.of(new ClientKey(name.get(), hashes, models.isEmpty() ? EVERY_MODEL : models));
  }

  private static String described(Node node) {
    return node instanceof Node.Scalar
        ? "a text"
        : node instanceof Sequence ? "an empty list" : node.kind();
  }
}

package dev.holdfast.relay.config;

import dev.holdfast.relay.config.KnownKeys.Group;
import dev.holdfast.relay.config.Node.Entry;
import dev.holdfast.relay.config.Node.Mapping;
import dev.holdfast.relay.config.Node.Scalar;
import dev.holdfast.relay.config.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fixed keys of one map while they are read. A value that can't be read is reported and
 * replaced by its default, so that reading goes on to the next problem.
 *
 * <p>Every key of the group is asked for, then {@link #close} is called; both are checked, so the
 * table of keys can't promise what the parser does not read.
 */
final class Fields {
  private final Problems problems;
  private final Group group;
  private final String path;
  private final int line;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<String> asked = new HashSet<>();

  Fields(Problems problems, Group group, String path, Mapping mapping) {
    this.problems = problems;
    this.group = group;
    this.path = path;
    this.line = mapping.line();
    for (Entry entry : mapping.entries()) {
      if (KnownKeys.served(group).contains(entry.key())) {
        entries.put(entry.key(), entry);
      } else if (KnownKeys.notBuilt(group).contains(entry.key())) {
        problems.add(path(entry.key()), entry.line(), "not built yet");
      } else {
        reportUnknown(entry);
      }
    }
  }

  /** The value as it stands, for the keys that hold maps, lists, or one of several forms. */
  Optional<Node> node(String key) {
    ask(key);
    return Optional.ofNullable(entries.get(key)).map(Entry::value);
  }

  boolean has(String key) {
    ask(key);
    return entries.containsKey(key);
  }

  <T> T value(String key, T fallback, Form<T> form) {
    return value(key, form).orElse(fallback);
  }

  <T> Optional<T> value(String key, Form<T> form) {
    return node(key).flatMap(node -> read(problems, path(key), node, form));
  }

  /** One value or a list of them; empty if the key is not written. */
  <T> List<T> list(String key, Form<T> form) {
    Optional<Node> found = node(key);
    return found.isEmpty() ? List.of() : readList(problems, path(key), found.get(), form);
  }

  String path(String key) {
    return Paths.key(path, key);
  }

  /** Where the key stands, or else the map. */
  int line(String key) {
    Entry entry = entries.get(key);
    return entry == null ? line : entry.line();
  }

  void problem(String key, String message) {
    problems.add(path(key), line(key), message);
  }

  /**
   * @throws IllegalStateException if a key of the table was not asked for
   */
  void close() {
    for (String key : KnownKeys.served(group)) {
      if (!asked.contains(key)) {
        throw new IllegalStateException("the parser of " + group + " never asks for " + key);
      }
    }
  }

  static <T> Optional<T> read(Problems problems, String path, Node node, Form<T> form) {
    String got = node.kind();
    if (node instanceof Scalar scalar) {
      if (scalar.unreadable()) {
        return Optional.empty();
      }
      Optional<T> value = form.parse().apply(scalar.text());
      if (value.isPresent()) {
        return value;
      }
      if (!form.showable().test(scalar.raw())) {
        got = "another text of " + scalar.text().length() + " characters";
      }
    }
    problems.add(path, node.line(), "expected " + form.expected() + ", got " + got);
    return Optional.empty();
  }

  static <T> List<T> readList(Problems problems, String path, Node node, Form<T> form) {
    if (!(node instanceof Sequence sequence)) {
      return read(problems, path, node, form).map(List::of).orElse(List.of());
    }
    if (sequence.items().isEmpty()) {
      problems.add(path, node.line(), "expected at least one, got an empty list");
    }
    var values = new ArrayList<T>();
    for (int i = 0; i < sequence.items().size(); i++) {
      read(problems, Paths.item(path, i), sequence.items().get(i), form).ifPresent(values::add);
    }
    return values;
  }

  private void ask(String key) {
    if (!KnownKeys.served(group).contains(key)) {
      throw new IllegalStateException("the table of " + group + " does not hold " + key);
    }
    asked.add(key);
  }

  private void reportUnknown(Entry entry) {
    List<String> words = new ArrayList<>(KnownKeys.served(group));
    words.addAll(KnownKeys.notBuilt(group));
    String advice =
        KnownKeys.nearest(entry.key(), words)
            .map(word -> "; did you mean " + word + "?")
            .orElse("; known here: " + String.join(", ", KnownKeys.served(group)));
    problems.add(path(entry.key()), entry.line(), "unknown key" + advice);
  }
}

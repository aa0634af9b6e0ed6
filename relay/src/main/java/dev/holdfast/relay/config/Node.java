package dev.holdfast.relay.config;

import java.util.List;

/** A piece of the file with the line it came from. */
sealed interface Node {
  int line();

  /** As a problem names it. */
  String kind();

  /**
   * @param raw as written
   * @param text with the environment's values put in
   * @param unreadable whether a problem was already reported, so that none needs to follow from it
   */
  record Scalar(String raw, String text, boolean unreadable, int line) implements Node {
    private static final int SHOWN_MAX = 60;

    @Override
    public String kind() {
      return raw.isEmpty() ? "an empty text" : shown();
    }

    /** What was written, never what the environment holds. */
    String shown() {
      String visible = raw.replaceAll("\\p{Cntrl}", " ");
      return visible.length() <= SHOWN_MAX ? visible : visible.substring(0, SHOWN_MAX) + "…";
    }
  }

  /** In the order of the file. */
  record Sequence(List<Node> items, int line) implements Node {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /** In the order of the file, each key once. */
  record Mapping(List<Entry> entries, int line) implements Node {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String kind() {
      return "a map";
    }
  }

  /** A key without a value. */
  record Empty(int line) implements Node {
    @Override
    public String kind() {
      return "nothing";
    }
  }

  /** One key of a {@link Mapping}. */
  record Entry(String key, int line, Node value) {}
}

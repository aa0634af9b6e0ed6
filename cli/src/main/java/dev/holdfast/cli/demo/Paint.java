package dev.holdfast.cli.demo;

/** The colours of a text, if the terminal shows any. */
enum Paint {
  /** No escape codes at all. */
  NONE,
  /** Bold, faint and reverse, for those who want no colour. */
  GREY,
  /** All of them. */
  COLOUR;

  /** What a part of a title means. */
  enum Tone {
    PLAIN("1;97"),
    FAINT("90"),
    CYAN("96"),
    YELLOW("1;93"),
    GREEN("1;92"),
    RED("1;91");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  private static final String BAR = "48;5;236;";

  String bold(String text) {
    return wrap("1", text, this != NONE);
  }

  String faint(String text) {
    return wrap("2", text, this != NONE);
  }

  String red(String text) {
    return wrap("1;31", text, this == COLOUR);
  }

  String green(String text) {
    return wrap("32", text, this == COLOUR);
  }

  String cyan(String text) {
    return wrap("36", text, this == COLOUR);
  }

  String seam(String text) {
    return this == COLOUR ? wrap("1;95", text, true) : bold(text);
  }

  /** For a moment that must not be missed. */
  String alarm(String text) {
    return this == COLOUR ? wrap("1;97;41", text, true) : wrap("7", text, this == GREY);
  }

  /** A part of a title. */
  String bar(Tone tone, String text) {
    return switch (this) {
      case NONE -> text;
      case GREY -> tone == Tone.FAINT ? text : bold(text);
      case COLOUR -> wrap(BAR + tone.code, text, true);
    };
  }

  /** What fills a title. */
  String filler() {
    return this == COLOUR ? " " : "─";
  }

  private static String wrap(String code, String text, boolean shown) {
    return shown && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}

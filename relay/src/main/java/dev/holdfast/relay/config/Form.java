package dev.holdfast.relay.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How the text of one value is read, and what to say if it can't be.
 *
 * @param expected completes "expected …"
 * @param parse empty if the text has another form
 * @param showable whether what was written may stand in the message
 */
record Form<T>(String expected, Function<String, Optional<T>> parse, Predicate<String> showable) {

  Form(String expected, Function<String, Optional<T>> parse) {
    this(expected, parse, written -> true);
  }

  /** The same form for values that are never shown. */
  Form<T> hidden() {
    return new Form<>(expected, parse, written -> false);
  }

  static final Form<String> TEXT =
      new Form<>("a text", text -> text.isBlank() ? Optional.empty() : Optional.of(text));

  /** More than nothing. */
  static final Form<Duration> TIME =
      new Form<>("a time such as 60s", text -> Units.time(text).filter(Duration::isPositive));

  static final Form<Duration> TIME_OR_ZERO = new Form<>("a time such as 60s or 0s", Units::time);

  static final Form<Boolean> SWITCH =
      new Form<>(
          "true or false",
          text ->
              switch (text) {
                case "true", "on", "yes" -> Optional.of(true);
                case "false", "off", "no" -> Optional.of(false);
                default -> Optional.empty();
              });

  static final Form<Listen> LISTEN =
      new Form<>("host:port such as 127.0.0.1:8080, the port from 0 to 65535", Listen::parse);

  static final Form<Secret> SECRET =
      new Form<>(
              "a credential of visible ASCII characters",
              text ->
                  Secret.isUsable(text) ? Optional.of(new Secret(text)) : Optional.<Secret>empty())
          .hidden();

  /** A base URL, without the slash at its end. One with user or query may hold a credential. */
  static final Form<String> URL =
      new Form<>(
          "a base URL such as https://api.example.com/v1, without user, query or fragment",
          Form::baseUrl,
          written -> !written.contains("@") && !written.contains("?"));

  /** A whole number between two bounds, both included. */
  static Form<Integer> count(int min, int max) {
    return new Form<>(
        "a whole number from " + min + " to " + max,
        text ->
            text.matches("[0-9]{1,9}")
                ? Optional.of(Integer.parseInt(text)).filter(n -> n >= min && n <= max)
                : Optional.empty());
  }

  /** A size between two bounds, both included. */
  static Form<Long> size(long min, long max) {
    return new Form<>(
        "a size such as 64MB, from " + Units.print(min) + " to " + Units.print(max),
        text -> Units.size(text).filter(n -> n >= min && n <= max));
  }

  /** A percentage from 1 to 100. */
  static Form<Integer> percent() {
    return new Form<>(
        "a percentage such as 50%, from 1% to 100%",
        text ->
            text.matches("[0-9]{1,3}%")
                ? Optional.of(Integer.parseInt(text.substring(0, text.length() - 1)))
                    .filter(n -> n >= 1 && n <= 100)
                : Optional.empty());
  }

  /** A constant of an enum, written in kebab-case. */
  static <E extends Enum<E>> Form<E> oneOf(Class<E> type) {
    E[] constants = type.getEnumConstants();
    return new Form<>(
        "one of " + Arrays.stream(constants).map(Form::written).collect(Collectors.joining(", ")),
        text -> Arrays.stream(constants).filter(c -> written(c).equals(text)).findFirst());
  }

  private static Optional<String> baseUrl(String text) {
    try {
      var uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean plain =
          uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
      if ((!scheme.equals("http") && !scheme.equals("https")) || uri.getHost() == null || !plain) {
        return Optional.empty();
      }
      return uri.getPort() > 65_535 ? Optional.empty() : Optional.of(text.replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

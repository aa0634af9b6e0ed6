package dev.holdfast.simulator.model;

import java.util.List;
import java.util.Locale;

/**
 * The words of a {@link DifferingModel}, and the digits that number them.
 *
 * <p>No word begins another, and none becomes another by losing or repeating something in its
 * middle; none holds white space or a digit. So a text is read in one way only, and a wrong join
 * inside a word shows.
 */
final class Lexicon {
  private static final List<String> LATIN =
      List.of(
          "amber",
          "bollard",
          "capstan",
          "drift",
          "ebbing",
          "fathom",
          "gannet",
          "halyard",
          "isle",
          "jetty",
          "keel",
          "lantern",
          "mooring",
          "nimbus",
          "oarlock",
          "pilot",
          "quay",
          "rudder",
          "sextant",
          "tiller",
          "undertow",
          "voyage",
          "wharf",
          "yawl");
  private static final List<String> VIETNAMESE =
      List.of("thuyền", "đèn", "biển", "sóng", "gió", "bến", "nước", "cánh", "mưa", "dây", "lưới");
  private static final List<String> CHINESE =
      List.of("灯塔", "航道", "蜡烛", "罗盘", "船", "绳子", "钟声", "海风", "潮", "水手", "帆", "木箱");
  private static final List<String> JAPANESE =
      List.of("とうだい", "ロウソク", "番人", "船", "水路", "なみ", "コンパス", "かぜ", "帆", "しお", "綱");
  private static final List<String> ARABIC =
      List.of("سفينة", "بوصلة", "منارة", "حارسُ", "خريطة", "شمعة", "موج", "ريح", "دفتر", "قارب");
  private static final List<String> HEBREW =
      List.of("שׁוֹמֵר", "מגדל", "ספינה", "נתיב", "חורף", "תיבה", "מצפן", "נרות", "גלים", "רוח");
  private static final List<String> EMOJI =
      List.of(
          "👩🏽‍🚀",
          "👨‍👩‍👧‍👦",
          "🏴‍☠️",
          "🚢",
          "🌊",
          "🐙",
          "🤷🏻‍♀️",
          "🇻🇳",
          "❤️‍🔥",
          "🧑🏿‍🤝‍🧑🏻",
          "🗝️",
          "🌫️");
  private static final List<String> COMBINING =
      List.of(
          "cafe\u0301",
          "ferme\u0301",
          "Z\u0335a\u0327l\u0307g\u0323o\u0302",
          "a\u0308o\u0308u\u0308",
          "Đie\u0302\u0323n",
          "nguo\u031Bi\u0300",
          "to\u0301i",
          "la\u0323i");

  private static final String HAN_DIGITS = "〇一二三四五六七八九";
  private static final String ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩";

  private Lexicon() {}

  static List<String> of(Style style) {
    return switch (style) {
      case VIETNAMESE -> VIETNAMESE;
      case CHINESE -> CHINESE;
      case JAPANESE -> JAPANESE;
      case ARABIC -> ARABIC;
      case HEBREW -> HEBREW;
      case EMOJI -> EMOJI;
      case COMBINING -> COMBINING;
      case TABLE, REFRAIN, LITANY, PYTHON, JSON, PROSE, LONG, WORD, SHORT -> LATIN;
    };
  }

  /** A word's number, right behind it. */
  static String ordinal(Style style, int word) {
    String plain = String.format(Locale.ROOT, "%d", word);
    return switch (style) {
      case CHINESE, JAPANESE -> digits(plain, HAN_DIGITS);
      case ARABIC -> digits(plain, ARABIC_DIGITS);
      default -> plain;
    };
  }

  private static String digits(String plain, String of) {
    var written = new StringBuilder(plain.length());
    for (int i = 0; i < plain.length(); i++) {
      written.append(of.charAt(plain.charAt(i) - '0'));
    }
    return written.toString();
  }
}

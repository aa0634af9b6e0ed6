package dev.holdfast.simulator.model;

import java.util.List;
import java.util.Locale;

/** Composes the texts of {@link Style}; every one differs with the dice. */
final class Texts {
  private static final int SENTENCES = 14;
  private static final int SENTENCES_LONG = 90;

  private static final List<String> PROSE =
      List.of(
          "The keeper of lamp %d counted the ships twice and wrote %d beside the first of them.",
          "Nobody had told the %d pilots that the channel moves by %d paces every winter.",
          "Past the second buoy the water turns green, then grey, and at %d fathoms black; %d"
              + " nets were lost there.",
          "\"Hold the rope,\" she said, \"until bell %d\" – and %d hands held it.",
          "It's the old harbour's rule: whoever ties knot %d also unties it, at most %d times.",
          "A crate marked %d stood open; inside lay maps, a compass (broken) and %d candles.");
  private static final List<String> VIETNAMESE =
      List.of(
          "Người gác đèn số %d đếm thuyền hai lần rồi ghi thêm số %d vào quyển sổ cũ.",
          "Mỗi mùa đông, luồng nước dịch đi %d bước, nhưng chỉ %d người biết chuyện ấy.",
          "Ở giữa bến, chiếc hòm thứ %d vẫn mở; bên trong có bản đồ và %d cây nến.",
          "“Giữ chặt sợi dây,” bà nói, “đến hồi chuông thứ %d”, và %d bàn tay đã giữ.");
  private static final List<String> CHINESE =
      List.of(
          "第%d号灯塔的看守人数了两遍船，又在旁边写下%d。",
          "每年冬天航道会移动%d步，可是只有%d个人知道。",
          "木箱上写着%d，里面放着地图、坏了的罗盘和%d支蜡烛。",
          "她说：“握紧绳子，直到第%d声钟响”，于是%d只手一起握住。");
  private static final List<String> JAPANESE =
      List.of(
          "灯台%d番の番人は船を二度かぞえて、帳面に%dと書いた。",
          "冬になると水路は%d歩ずれるが、それを知るのは%d人だけだ。", "ふたの開いた箱%dには、地図とこわれたコンパスとロウソク%d本があった。");
  private static final List<String> ARABIC =
      List.of(
          "عدَّ حارسُ المنارة رقم %d السفنَ مرتين وكتب %d في دفتره.",
          "يتحرّك الممرّ كلَّ شتاء %d خطوة، ولا يعرف ذلك إلا %d رجال.",
          "في الصندوق رقم %d خرائط وبوصلة مكسورة و %d شمعة.");
  private static final List<String> HEBREW =
      List.of(
          "שׁוֹמֵר הַמִּגְדַּלּוֹר %d סָפַר אֶת הַסְּפִינוֹת פַּעֲמַיִם וְכָתַב %d.",
          "בכל חורף זז הנתיב %d צעדים, ורק %d אנשים יודעים.",
          "בתיבה מספר %d היו מפות, מצפן שבור ועוד %d נרות.");
  private static final List<String> EMOJI =
      List.of(
          "Crew %d 👩🏽‍🚀👨‍👩‍👧‍👦 waves 🏴‍☠️ at ship %d 🚢!",
          "Day %d: 🌊🌊🌫️ and %d × 🐙 under the keel 🤷🏻‍♀️.",
          "Flags 🇻🇳🇯🇵🇩🇪 for pier %d, hearts ❤️‍🔥 for %d others 🧑🏿‍🤝‍🧑🏻.",
          "Keycap %d️⃣ opens door %d 🗝️👍🏾.");
  private static final List<String> COMBINING =
      List.of(
          "Le cafe\u0301 numéro %d e\u0301tait ferme\u0301; on y trouva %d cle\u0301s.",
          "Z\u0335a\u0327l\u0307g\u0323o\u0302\u0323 stone %d, row %d: a\u0308o\u0308u\u0308.",
          "Đie\u0302\u0323n %d to\u0301i, nguo\u031Bi\u0300 %d la\u0323i đe\u0302\u0301n.");
  private static final List<String> WORDS =
      List.of("amber", "bollard", "capstan", "drift", "ebb", "fathom", "gannet", "halyard");

  private Texts() {}

  static String of(Style style, Dice dice) {
    return switch (style) {
      case VIETNAMESE -> sentences(VIETNAMESE, " ", SENTENCES, dice);
      case CHINESE -> sentences(CHINESE, "", SENTENCES, dice);
      case JAPANESE -> sentences(JAPANESE, "", SENTENCES, dice);
      case ARABIC -> sentences(ARABIC, " ", SENTENCES, dice);
      case HEBREW -> sentences(HEBREW, " ", SENTENCES, dice);
      case EMOJI -> sentences(EMOJI, " ", SENTENCES, dice);
      case COMBINING -> sentences(COMBINING, " ", SENTENCES, dice);
      case PROSE -> sentences(PROSE, " ", SENTENCES, dice);
      case LONG -> sentences(PROSE, "\n\n", SENTENCES_LONG, dice);
      case TABLE -> table(dice);
      case REFRAIN -> refrain(dice);
      case LITANY -> litany(dice);
      case PYTHON -> python(dice);
      case JSON -> json(dice);
      case WORD -> capital(dice.pick(WORDS)) + dice.below(100);
      case SHORT -> fill("It is %s %d.", dice.pick(WORDS), dice.below(1000));
    };
  }

  static String reasoning(Dice dice) {
    return fill(
        "The question is about %d things; I weigh %s against %s and begin with the %s – 先想%d步.",
        dice.between(2, 9),
        dice.pick(WORDS),
        dice.pick(WORDS),
        dice.pick(WORDS),
        dice.between(2, 9));
  }

  static String secondThought(Dice dice) {
    return fill("Half of it stands; on with %s.", dice.pick(WORDS));
  }

  static String beforeACall(Dice dice) {
    return fill("Tôi xem %s số %d: ", dice.pick(WORDS), dice.between(10, 99));
  }

  static String elsewhere(Dice dice) {
    return fill(" [elsewhere %d] ", dice.between(1000, 9999)) + sentences(PROSE, " ", 3, dice);
  }

  static String arguments(Prompt.Tool tool, Dice dice) {
    var json = new StringBuilder("{");
    List<String> names = tool.arguments().isEmpty() ? List.of("query") : tool.arguments();
    for (String name : names) {
      json.append(json.length() == 1 ? "" : ",").append('"').append(name).append("\":\"");
      for (int i = 0; i < 40 / names.size() + 8; i++) {
        json.append(i == 0 ? "" : " ").append(dice.pick(WORDS)).append(dice.below(100));
      }
      json.append(" \\\"Hà Nội\\\" 🏮\"");
    }
    return json.append('}').toString();
  }

  private static String sentences(List<String> of, String between, int count, Dice dice) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : between)
          .append(fill(dice.pick(of), dice.between(2, 999), dice.between(2, 99)));
    }
    return text.toString();
  }

  private static String table(Dice dice) {
    var text = new StringBuilder("| Pier | Ship      | Tons |\n|-----:|:----------|-----:|\n");
    for (int row = 1; row <= 12; row++) {
      text.append(fill("| %d | %-9s | %4d |\n", row, dice.pick(WORDS), dice.below(9999)));
    }
    return text.append("\n**Sum**: `")
        .append(dice.below(99999))
        .append("` tons – done.")
        .toString();
  }

  private static String refrain(Dice dice) {
    String refrain = fill("Row, row to the %s light,\nrow until the morning.\n", dice.pick(WORDS));
    var text = new StringBuilder();
    for (int verse = 0; verse < 6; verse++) {
      text.append(
              fill(
                  "%d ropes, a %s and a %s,\n",
                  dice.between(2, 99), dice.pick(WORDS), dice.pick(WORDS)))
          .append(refrain)
          .append('\n');
    }
    return text.append("– so ends song ").append(dice.below(1000)).append('.').toString();
  }

  private static String litany(Dice dice) {
    var lines = new StringBuilder();
    for (int line = 0; line < 14; line++) {
      lines.append(fill("For the %s and the %s we sing,\n", dice.pick(WORDS), dice.pick(WORDS)));
    }
    var text = new StringBuilder();
    for (int verse = 1; verse <= 4; verse++) {
      text.append("\n").append(lines).append(fill("and so said %d.\n", dice.between(100, 999)));
    }
    return text.append("– so ends the litany.").toString();
  }

  private static String python(Dice dice) {
    var text = new StringBuilder("```python\ndef tide(hours: int) -> list[int]:\n    marks = []\n");
    for (int i = 0; i < 5; i++) {
      text.append(
          fill(
              """
                  for hour in range(%d, hours):
                      if hour %% %d == 0:
                          marks.append(hour * %d)
                      else:
                          marks.append("%s"[-1])
              """,
              dice.below(9), dice.between(2, 7), dice.below(1000), dice.pick(WORDS)));
    }
    return text.append("\n    return marks\n```\nRun it with `tide(")
        .append(dice.below(100))
        .append(")`.")
        .toString();
  }

  private static String json(Dice dice) {
    var text = new StringBuilder("{\n  \"harbour\": \"Hải Phòng\",\n  \"ships\": [");
    for (int i = 0; i < 8; i++) {
      text.append(
          fill(
              "%s\n    {\"name\": \"%s \\\"%d\\\"\", \"flag\": \"🇻🇳\", \"tons\": %d}",
              i == 0 ? "" : ",", dice.pick(WORDS), dice.below(100), dice.below(9999)));
    }
    return text.append("\n  ],\n  \"note\": \"C:\\\\tide\\n\\u00e9\"\n}").toString();
  }

  /** Formats without regard to the machine's language, which may have digits of its own. */
  private static String fill(String template, Object... values) {
    return String.format(Locale.ROOT, template, values);
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}

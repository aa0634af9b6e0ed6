package dev.holdfast.engine.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Members, edits and strings of JSON bytes, against Jackson. */
class JsonMembersTest {
  private static final JsonMapper JACKSON = JsonMapper.builder().build();
  private static final int ROUNDS = 3_000;

  private static JsonNode jackson(byte[] json) {
    return JACKSON.readTree(json);
  }

  /** Names differ here, since Jackson's tree keeps the last of equal ones. */
  private static String object(RandomJson json, SplittableRandom random) {
    var names = new LinkedHashSet<String>();
    var members = new ArrayList<String>();
    for (int n = random.nextInt(6); n > 0; n--) {
      var name = json.name();
      if (names.add(JsonStrings.decode(name.getBytes(UTF_8), 1, name.getBytes(UTF_8).length - 1))) {
        members.add(json.member(name, json.value(3)));
      }
    }
    return json.white() + json.object(members) + json.white();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void members_ofAnyObject_areJacksons(long seed) {
    var random = new SplittableRandom(seed);
    var json = new RandomJson(random);
    for (int round = 0; round < ROUNDS; round++) {
      var bytes = object(json, random).getBytes(UTF_8);
      var tree = jackson(bytes);

      var members = JsonMembers.ofObject(bytes, 0);

      assertThat(members.count()).as("seed %s round %s", seed, round).isEqualTo(tree.size());
      int i = 0;
      for (var property : tree.properties()) {
        assertThat(members.name(i)).isEqualTo(property.getKey());
        assertThat(jackson(members.raw(i).getBytes(UTF_8))).isEqualTo(property.getValue());
        assertThat(members.find(members.name(i))).isEqualTo(i);
        assertThat(bytes[members.start(i)]).isEqualTo((byte) '"');
        i++;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void items_ofAnyArray_areJacksons(long seed) {
    var random = new SplittableRandom(seed);
    var json = new RandomJson(random);
    for (int round = 0; round < ROUNDS; round++) {
      var text = new StringBuilder(json.white() + "[" + json.white());
      int count = random.nextInt(5);
      for (int n = 0; n < count; n++) {
        text.append(n == 0 ? "" : json.white() + "," + json.white()).append(json.value(2));
      }
      var bytes = text.append(json.white()).append("]").toString().getBytes(UTF_8);
      var tree = jackson(bytes);

      var items = JsonMembers.ofArray(bytes, 0);

      assertThat(items.count()).as("seed %s round %s", seed, round).isEqualTo(tree.size());
      for (int i = 0; i < count; i++) {
        assertThat(jackson(items.raw(i).getBytes(UTF_8))).isEqualTo(tree.get(i));
        assertThat(items.name(i)).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8})
  void edits_ofAnyObject_changeThatAlone(long seed) {
    var random = new SplittableRandom(seed);
    var json = new RandomJson(random);
    for (int round = 0; round < ROUNDS; round++) {
      var bytes = object(json, random).getBytes(UTF_8);
      var members = JsonMembers.ofObject(bytes, 0);
      int end = new String(bytes, UTF_8).stripTrailing().getBytes(UTF_8).length;
      var expected = (tools.jackson.databind.node.ObjectNode) jackson(bytes);
      var edit = new JsonEdit(bytes, 0, bytes.length);
      int removed = members.count() > 0 ? random.nextInt(members.count()) : -1;
      int replaced = members.count() > 0 ? random.nextInt(members.count()) : -1;
      if (replaced >= 0 && replaced != removed) {
        edit.set(members, end, members.name(replaced), "[1]");
        expected.set(members.name(replaced), jackson("[1]".getBytes(UTF_8)));
      }
      boolean alone = members.count() == 0;
      if (removed >= 0 && members.count() > 1) {
        edit.remove(members, removed);
        expected.remove(members.name(removed));
      }
      if (members.find("new") < 0) {
        edit.set(members, end, "new", "{\"x\":\"}\"}");
        expected.set("new", jackson("{\"x\":\"}\"}".getBytes(UTF_8)));
      }

      var edited = edit.apply();

      assertThat(jackson(edited))
          .as("seed %s round %s alone %s: %s", seed, round, alone, new String(bytes, UTF_8))
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {9, 10})
  void strings_decoded_areJacksonsAndComeBackWhenQuoted(long seed) {
    var json = new RandomJson(new SplittableRandom(seed));
    for (int round = 0; round < 3 * ROUNDS; round++) {
      var written = json.string();
      var bytes = written.getBytes(UTF_8);

      var text = JsonStrings.decode(bytes, 1, bytes.length - 1);

      assertThat(text).as("seed %s: %s", seed, written).isEqualTo(jackson(bytes).stringValue());
      var quoted = JsonStrings.quote(text).getBytes(UTF_8);
      assertThat(jackson(quoted).stringValue()).as(written).isEqualTo(text);
    }
  }

  @Test
  void quote_ofHalfPairs_escapesThem() {
    assertThat(JsonStrings.quote("\ud83d")).isEqualTo("\"\\ud83d\"");
    assertThat(JsonStrings.quote("\ude00")).isEqualTo("\"\\ude00\"");
    assertThat(JsonStrings.quote("\ude00x\ud83d\ud83d\ude00")).isEqualTo("\"\\ude00x\\ud83d😀\"");
    assertThat(JsonStrings.quote("a\"\\\n\r\t\u0001")).isEqualTo("\"a\\\"\\\\\\n\\r\\t\\u0001\"");
  }

  @Test
  void member_writtenTwice_isTheLast() {
    var members = JsonMembers.ofObject("{\"a\":1,\"\\u0061\":2}".getBytes(UTF_8), 0);

    assertThat(members.raw(members.find("a"))).isEqualTo("2");
    assertThat(members.find("b")).isEqualTo(-1);
  }

  @Test
  void mark_beforeTheObject_isSkipped() {
    var members = JsonMembers.ofObject("\uFEFF {\"a\":1}".getBytes(UTF_8), 0);

    assertThat(members.count()).isEqualTo(1);
    assertThat(members.begins(0, '1')).isTrue();
  }

  @Test
  void object_thatIsNone_isRefused() {
    assertThatThrownBy(() -> JsonMembers.ofObject(" []".getBytes(UTF_8), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{");
  }

  @Test
  void edit_ofASlice_leavesTheRestOut() {
    var bytes = "xx{\"a\":1}yy".getBytes(UTF_8);
    var members = JsonMembers.ofObject(bytes, 2);

    var edited = new JsonEdit(bytes, 2, 9).set(members, 9, "a", "22").apply();

    assertThat(new String(edited, UTF_8)).isEqualTo("{\"a\":22}");
  }
}

package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.relay.config.KnownKeys.Group;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** One table of keys; parser, schema and page say the same. */
class KnownKeysTest {
  private static final String SCHEMA =
      Fixtures.resource("/dev/holdfast/relay/holdfast.schema.json");
  private static final Map<String, List<String>> PAGE = page();

  @ParameterizedTest
  @EnumSource(Group.class)
  void schema_eachGroup_holdsExactlyTheKnownKeys(Group group) {
    JsonNode definition = definition(name(group));

    assertThat(definition.path("properties").propertyNames())
        .containsExactlyInAnyOrderElementsOf(known(group));
    assertThat(definition.path("additionalProperties").isBoolean()).isTrue();
    assertThat(definition.path("additionalProperties").booleanValue()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Group.class)
  void schema_keysNotBuilt_sayIt(Group group) {
    JsonNode properties = definition(name(group)).path("properties");

    for (String key : known(group)) {
      boolean notBuilt = KnownKeys.notBuilt(group).contains(key);
      assertThat(properties.path(key).path("$ref").asString("").equals("#/$defs/notBuilt"))
          .as("%s of %s", key, group)
          .isEqualTo(notBuilt);
    }
  }

  @Test
  void schema_profiles_areTheBuiltInOnes() {
    var written = new ArrayList<String>();
    definition("upstream")
        .path("properties")
        .path("profile")
        .path("enum")
        .forEach(value -> written.add(value.asString()));

    assertThat(written).containsExactlyElementsOf(Profiles.names());
  }

  @Test
  void schema_designExample_validates() {
    assertThat(schema().validate(Fixtures.full(), InputFormat.YAML)).isEmpty();
    assertThat(schema().validate(Fixtures.built(), InputFormat.YAML)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listen: 127.0.0.1:8080",
        "upstreams: {}",
        "upstreams: { u: { url: \"http://h/v1\" } }",
        "upstreams: { u: { profile: nobody } }",
        "upstreams: { u: { profile: openai, kay: k } }",
        "upstreams: { u: { profile: openai, url: \"ftp://h\" } }",
        "upstreams: { u: { profile: openai } }\nlisten: 8080",
        "upstreams: { u: { profile: openai } }\nclocks: { connect: 5 }",
        "upstreams: { u: { profile: openai } }\nroutes: { m: [m] }",
        "upstreams: { u: { profile: openai } }\nkeys: [{ name: w }]",
        "upstreams: { u: { profile: openai } }\nretry: sometimes",
      })
  void schema_wrongFile_isMarked(String yaml) {
    assertThat(schema().validate(yaml, InputFormat.YAML)).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(Group.class)
  void page_eachGroup_documentsExactlyTheKnownKeys(Group group) {
    assertThat(PAGE.get(name(group))).containsExactlyInAnyOrderElementsOf(known(group));
  }

  @ParameterizedTest
  @EnumSource(Group.class)
  void page_keysNotBuilt_sayIt(Group group) {
    for (String key : known(group)) {
      assertThat(row(group, key).contains("not built yet"))
          .as("%s of %s", key, group)
          .isEqualTo(KnownKeys.notBuilt(group).contains(key));
    }
  }

  @Test
  void page_example_isAConfiguration() {
    String yaml = pageText().split("```yaml\n", 2)[1].split("```", 2)[0];

    RelayConfig config =
        RelayConfig.parse(yaml, Map.of("HOLYSHEEP_API_KEY", "a", "DEEPSEEK_API_KEY", "b"));

    assertThat(config.upstreams()).hasSize(3);
    assertThat(schema().validate(yaml, InputFormat.YAML)).isEmpty();
  }

  @Test
  void page_profiles_areAllNamed() {
    assertThat(pageText()).contains(Profiles.names().stream().map(n -> "`" + n + "`").toList());
  }

  private static String name(Group group) {
    return group.name().toLowerCase(Locale.ROOT);
  }

  private static List<String> known(Group group) {
    var keys = new ArrayList<>(KnownKeys.served(group));
    keys.addAll(KnownKeys.notBuilt(group));
    return keys;
  }

  private static JsonNode definition(String name) {
    return new ObjectMapper().readTree(SCHEMA).path("$defs").path(name);
  }

  private static Schema schema() {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(SCHEMA);
  }

  /** The first column of each table, by the heading above it. */
  private static Map<String, List<String>> page() {
    var groups = new LinkedHashMap<String, List<String>>();
    List<String> keys = new ArrayList<>();
    for (String line : pageText().lines().toList()) {
      Matcher heading = Pattern.compile("### `([a-z]+)`").matcher(line);
      Matcher row = Pattern.compile("\\| `([a-z0-9-]+)` \\| .+ \\| .+ \\|").matcher(line);
      if (heading.matches()) {
        keys = new ArrayList<>();
        groups.put(heading.group(1), keys);
      } else if (row.matches()) {
        keys.add(row.group(1));
      }
    }
    return groups;
  }

  private static String row(Group group, String key) {
    String section = pageText().split("### `" + name(group) + "`", 2)[1].split("\n### ", 2)[0];
    return section.lines().filter(l -> l.startsWith("| `" + key + "` |")).findFirst().orElseThrow();
  }

  private static String pageText() {
    try {
      return Files.readString(Path.of("..", "docs", "OPERATING.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.holdfast.engine.dialect;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Prefill;
import dev.holdfast.engine.dialect.Profile.Rung;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The profiles that come with Holdfast, by the name that configuration writes.
 *
 * <p>Two rules decide what may stand here. A manner of continuing is <em>proven</em> only where a
 * hosted provider documents it: software that people run themselves differs between versions, so
 * its profile says how to ask and not how it answers. And a field that no source settles takes the
 * value under which a wrong guess costs a call, never a wrong character.
 *
 * <p>The order of the rungs follows the same thought. Where prefill is proven, or where the
 * software at least documents it, it comes first. At relays and brokers whose models are mostly
 * hosted chat models, which answer a trailing assistant message with a fresh start, the anchor
 * comes first, because it can be checked. Replay comes last everywhere; it is what is left for a
 * transcript too short for an anchor.
 */
public final class Profiles {
  /** The name under which an upstream runs whose configuration says only the dialect. */
  public static final String UNKNOWN = "openai-compatible";

  /** The name of the built-in provider that misbehaves on request. */
  public static final String SIMULATOR = "simulator";

  /** The name of a relay of our own. */
  public static final String RELAY = "holdfast";

  private static final List<Rung> PREFILL_FIRST = List.of(Rung.PREFILL, Rung.ANCHOR, Rung.REPLAY);
  private static final List<Rung> ANCHOR_FIRST = List.of(Rung.ANCHOR, Rung.PREFILL, Rung.REPLAY);

  private static final String OPENAI_REASONING = "(^|/)(o[1-9](-|$)|gpt-5)";
  private static final String DEEPSEEK_REASONING = "(^|/)deepseek-(reasoner|r1|v4)";
  private static final String MISTRAL_REASONING = "(^|/)magistral-";
  private static final String QWEN_REASONING = "(^|/)(qwq|qwen3)";

  private static final Map<String, Profile> BY_NAME = byName();

  private Profiles() {}

  /** The built-in profile of that name. */
  public static Optional<Profile> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Every name that {@link #find} knows, in the order of the documentation. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  private static Map<String, Profile> byName() {
    var profiles = new LinkedHashMap<String, Profile>();
    for (var profile :
        List.of(
            openai(),
            deepseek(),
            mistral(),
            openrouter(),
            holysheep(),
            vllm(),
            llamaCpp(),
            unknown(),
            relay(),
            simulator())) {
      profiles.put(profile.name(), profile);
    }
    return profiles;
  }

  /**
   * No parameter continues a partial answer: a trailing assistant message is accepted and the model
   * starts afresh, so prefill is not on the ladder at all. Reasoning is hidden: the models of these
   * names are silent while they think.
   */
  private static Profile openai() {
    return new Draft("openai")
        .url("https://api.openai.com/v1")
        .continuation(Rung.ANCHOR, Rung.REPLAY)
        .reasons(OPENAI_REASONING)
        .serves("^(gpt-|chatgpt-|o[1-9](-|$)|text-embedding-)")
        .source(
            "openai/openai-openapi f85dbe2 (2026-08-21), CreateChatCompletionRequest and"
                + " TooManyRequests; trailing assistant message restarts: third-party reports read"
                + " 2026-08; reasoning names: model list read 2026-08-21");
  }

  /**
   * {@code prefix:true} on the last message, at the beta path of the same host; the answer begins
   * after the prefix. Usage rides on the last content chunk without being asked for. Keep-alives
   * are documented for the provider's own queue only, so silence later proves nothing. Its V4
   * models think by default, in the open.
   */
  private static Profile deepseek() {
    return new Draft("deepseek")
        .url("https://api.deepseek.com")
        .prefill(new Prefill(true, "\"prefix\":true", "", "/beta/chat/completions"))
        .echo(Echo.NEVER)
        .continuation(PREFILL_FIRST)
        .includeUsage(false)
        .reasons(DEEPSEEK_REASONING)
        .serves("^deepseek-")
        .source(
            "api-docs.deepseek.com/guides/chat_prefix_completion and /quick_start/rate_limit, read"
                + " 2026-08; no echo: docs.litellm.ai/docs/completion/prefix, read 2026-08");
  }

  /**
   * {@code prefix:true} on the trailing assistant message, at the usual path; the prefix comes back
   * at the start of the answer. Usage rides on the last content chunk without being asked for.
   */
  private static Profile mistral() {
    return new Draft("mistral")
        .url("https://api.mistral.ai/v1")
        .prefill(new Prefill(true, "\"prefix\":true", "", ""))
        .echo(Echo.ALWAYS)
        .continuation(PREFILL_FIRST)
        .includeUsage(false)
        .reasons(MISTRAL_REASONING)
        .serves(
            "^(mistral|ministral|magistral|codestral|devstral|pixtral|voxtral|open-mi[sx]tral)-")
        .source(
            "mistralai/platform-docs-public 222f4ba (2026-08-21), prefix tab, whose example output"
                + " holds the prefix; mistralai/client-python 05629d2 (2026-06-30)");
  }

  /**
   * A broker: a trailing assistant message is passed to the provider it chose, and what that makes
   * of it differs by model. Its comments' interval is not documented.
   */
  private static Profile openrouter() {
    return new Draft("openrouter")
        .url("https://openrouter.ai/api/v1")
        .continuation(ANCHOR_FIRST)
        .reasons(OPENAI_REASONING, DEEPSEEK_REASONING, MISTRAL_REASONING, QWEN_REASONING)
        .serves("^[a-z0-9-]+/")
        .source(
            "openrouter.ai/docs overview (Assistant Prefill) and /docs/api/reference/streaming,"
                + " read 2026-08; OpenRouterTeam/typescript-sdk cb9393a (2026-08-22)");
  }

  /**
   * A relay of many vendors' models without an API reference: treated as unknown. It claims no bare
   * model name, because each of them is another provider's too.
   */
  private static Profile holysheep() {
    return new Draft("holysheep")
        .url("https://api.holysheep.ai/v1")
        .continuation(ANCHOR_FIRST)
        .reasons(OPENAI_REASONING, DEEPSEEK_REASONING)
        .source(
            "holysheep.ai/articles of 2026-04-19, 2026-06-03 and 2026-06-15, which contradict each"
                + " other and name nothing of prefill, keep-alives or session ids");
  }

  /**
   * Documented not to echo unless asked; not taken as proven, for versions and templates differ.
   */
  private static Profile vllm() {
    return new Draft("vllm")
        .prefill(
            new Prefill(
                false, "", "\"continue_final_message\":true,\"add_generation_prompt\":false", ""))
        .continuation(PREFILL_FIRST)
        .reasons(DEEPSEEK_REASONING, QWEN_REASONING)
        .source("copies of the vLLM OpenAI-compatible server documentation, read 2026-08");
  }

  /**
   * A plain trailing assistant message is continued without any flag. Build 11434 echoes the whole
   * of it whatever {@code echo} says, glued to the first new token, against its own documentation;
   * a flag without its partner is a 400. So no flag is sent, and the echo is recognised.
   */
  private static Profile llamaCpp() {
    return new Draft("llama.cpp")
        .continuation(PREFILL_FIRST)
        .reasons(DEEPSEEK_REASONING, QWEN_REASONING)
        .source(
            "measured on llama.cpp build 11434 (2026-11); ggml-org/llama.cpp pull requests 23012"
                + " and 23089 (2026-05)");
  }

  /** Nothing is known but the dialect. */
  private static Profile unknown() {
    return new Draft(UNKNOWN)
        .continuation(ANCHOR_FIRST)
        .reasons(OPENAI_REASONING, DEEPSEEK_REASONING, MISTRAL_REASONING, QWEN_REASONING)
        .source("nothing but the dialect; names of reasoning models as of 2026-08-21");
  }

  /**
   * Keeps its answers, so that a broken connection costs only the events that were on their way.
   * Comments every 15 s say that it lives. What it can't mend nobody behind it can.
   */
  private static Profile relay() {
    return new Draft(RELAY)
        .continuation(Rung.NATIVE)
        .keepAlives(true)
        .sessionId(true)
        .reasons(OPENAI_REASONING, DEEPSEEK_REASONING, MISTRAL_REASONING, QWEN_REASONING)
        .source("this repository, module relay, docs/PROTOCOL.md, 2026-11");
  }

  /**
   * Its manner towards continuations is a setting, so none is proven here; whoever starts it knows
   * which one was set and may say so.
   */
  private static Profile simulator() {
    return new Draft(SIMULATOR)
        .continuation(PREFILL_FIRST)
        .source("this repository, module simulator");
  }

  /** Collects what differs from an unknown provider. */
  private static final class Draft {
    private final String name;
    private String url = "";
    private Prefill prefill = Prefill.PLAIN;
    private Echo echo = Echo.UNKNOWN;
    private List<Rung> continuation = List.of();
    private boolean includeUsage = true;
    private boolean keepAlives;
    private boolean sessionId;
    private final List<Pattern> reasoningModels = new ArrayList<>();
    private final List<Pattern> patterns = new ArrayList<>();

    Draft(String name) {
      this.name = name;
    }

    Draft url(String value) {
      url = value;
      return this;
    }

    Draft prefill(Prefill value) {
      prefill = value;
      return this;
    }

    Draft echo(Echo value) {
      echo = value;
      return this;
    }

    Draft continuation(Rung... rungs) {
      return continuation(List.of(rungs));
    }

    Draft continuation(List<Rung> rungs) {
      continuation = rungs;
      return this;
    }

    Draft includeUsage(boolean value) {
      includeUsage = value;
      return this;
    }

    Draft keepAlives(boolean value) {
      keepAlives = value;
      return this;
    }

    Draft sessionId(boolean value) {
      sessionId = value;
      return this;
    }

    Draft reasons(String... regexes) {
      for (String regex : regexes) {
        reasoningModels.add(Pattern.compile(regex, Pattern.CASE_INSENSITIVE));
      }
      return this;
    }

    Draft serves(String regex) {
      patterns.add(Pattern.compile(regex));
      return this;
    }

    Profile source(String source) {
      return new Profile(
          name,
          url,
          prefill,
          echo,
          continuation,
          false, // every one of them documents or shows a finish reason
          keepAlives, // no provider documents them while it thinks, so silence proves nothing
          includeUsage,
          sessionId, // no provider documents the member, and strict ones answer 400 to it
          false, // insufficient_quota is an ordinary throttle at DashScope alone
          false, // only the Anthropic dialect refuses trailing white space
          false, // nobody promises equal answers to equal requests
          1,
          reasoningModels,
          patterns,
          source);
    }
  }
}

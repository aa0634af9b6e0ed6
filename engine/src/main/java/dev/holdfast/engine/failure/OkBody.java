package dev.holdfast.engine.failure;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.json.JsonValue;
import java.util.Locale;

/** What it means when a 200 does not carry the stream that was asked for. */
public final class OkBody {
  private OkBody() {}

  /** The failure: the error that the body speaks of, or its wrong type. */
  public static Failure judge(HeaderLookup headers, byte[] body, Profile profile, long wallMillis) {
    var parsed = JsonValue.parse(body);
    if (parsed.isPresent()
        && parsed.get() instanceof JsonValue.Obj root
        && root.members().containsKey("error")) {
      return Rejections.classifyInBand(
          root.members().getOrDefault("error", JsonValue.NULL), profile, wallMillis);
    }
    var type = headers.first("content-type").toLowerCase(Locale.ROOT);
    var encoding = headers.first("content-encoding");
    return new Failure.Broken(
        Failure.Broken.Kind.WRONG_CONTENT_TYPE,
        "status 200 came with content type "
            + (type.isEmpty() ? "none" : type)
            + (encoding.isEmpty() ? "" : " in encoding " + encoding)
            + " instead of an event stream");
  }
}

package dev.holdfast.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The links of a page that lead to files of this repository. */
final class MarkdownLinks {
  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\\n]*`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]\\n]*]\\(([^)\\s]+)[^)]*\\)");
  private static final Pattern ABSOLUTE = Pattern.compile("^[a-z][a-z+.-]*:.*");

  private MarkdownLinks() {}

  /** One line a link of {@code page} that leads nowhere; {@code page} is relative to the root. */
  static List<String> broken(Path root, Path page, String text) {
    List<String> broken = new ArrayList<>();
    Matcher link = LINK.matcher(CODE.matcher(text).replaceAll(""));
    while (link.find()) {
      String target = link.group(1);
      String file = target.replaceFirst("#.*", "");
      if (file.isEmpty() || ABSOLUTE.matcher(file).matches()) {
        continue;
      }
      Path led =
          file.startsWith("/")
              ? root.resolve(file.substring(1))
              : root.resolve(page).resolveSibling(file);
      if (!Files.exists(led)) {
        broken.add(page + ": " + target);
      }
    }
    return broken;
  }
}

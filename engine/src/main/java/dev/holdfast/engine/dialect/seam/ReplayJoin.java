package dev.holdfast.engine.dialect.seam;

/**
 * The whole answer is asked for again, and must repeat what is committed to the last character.
 * What follows is new; the first difference ends the try.
 */
final class ReplayJoin implements Join {
  private final String committed;
  private int matched;

  ReplayJoin(String committed) {
    this.committed = committed;
  }

  @Override
  public boolean offer(String text, StringBuilder fresh) {
    int known = Math.min(text.length(), committed.length() - matched);
    if (!committed.startsWith(text.substring(0, known), matched)) {
      return false;
    }
    matched += known;
    fresh.append(text, known, text.length());
    return true;
  }

  @Override
  public boolean end(boolean byItself, StringBuilder fresh) {
    return matched == committed.length();
  }

  @Override
  public String doubt() {
    return "the answer asked for again differs from what was delivered, or ends before its end";
  }
}

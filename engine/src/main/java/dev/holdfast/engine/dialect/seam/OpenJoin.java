package dev.holdfast.engine.dialect.seam;

/** All text is new: the attempt begins the answer, or its target is known to go on exactly. */
final class OpenJoin implements Join {
  @Override
  public boolean offer(String text, StringBuilder fresh) {
    fresh.append(text);
    return true;
  }

  @Override
  public boolean end(boolean byItself, StringBuilder fresh) {
    return true;
  }

  @Override
  public String doubt() {
    return "";
  }
}

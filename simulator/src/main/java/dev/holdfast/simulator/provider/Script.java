package dev.holdfast.simulator.provider;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The steps of one attempt: some once, then others in turn without end.
 *
 * @param once the steps at the start
 * @param forEver what is repeated afterwards; empty if the script ends
 */
public record Script(List<Step> once, List<Step> forEver) implements Iterable<Step> {
  public Script {
    once = List.copyOf(once);
    forEver = List.copyOf(forEver);
  }

  @Override
  public Iterator<Step> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < once.size() || !forEver.isEmpty();
      }

      @Override
      public Step next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the script ended after " + once.size() + " steps");
        }
        int at = next++;
        if (at < once.size()) {
          return once.get(at);
        }
        int around = (at - once.size()) % forEver.size();
        next = once.size() + (around + 1) % forEver.size();
        return forEver.get(around);
      }
    };
  }

  /** Collects steps in order. */
  static final class Builder {
    private final List<Step> steps = new ArrayList<>();

    Builder add(Step step) {
      steps.add(step);
      return this;
    }

    Builder send(byte[] bytes) {
      if (bytes.length > 0) {
        steps.add(new Step.Send(bytes));
      }
      return this;
    }

    Script build() {
      return new Script(steps, List.of());
    }

    Script build(List<Step> forEver) {
      return new Script(steps, forEver);
    }
  }
}

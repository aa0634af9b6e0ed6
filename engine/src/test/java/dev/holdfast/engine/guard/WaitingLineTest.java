package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
  private final WaitingLine<String> line = new WaitingLine<>();

  @Test
  void poll_severalOwners_takesThemInTurn() {
    assertThat(line.add("a", "a1")).isEqualTo(1);
    assertThat(line.add("a", "a2")).isEqualTo(2);
    assertThat(line.add("a", "a3")).isEqualTo(3);
    assertThat(line.add("b", "b1")).isEqualTo(2);
    assertThat(line.add("b", "b2")).isEqualTo(4);

    assertThat(line.inOrder()).containsExactly("a1", "b1", "a2", "b2", "a3");
    assertThat(drained()).containsExactly("a1", "b1", "a2", "b2", "a3");
  }

  @Test
  void add_twice_isRefused() {
    line.add("a", "a1");

    assertThatIllegalStateException().isThrownBy(() -> line.add("a", "a1"));
  }

  @Test
  void anyOperations_placesAndOrder_agreeWithAModel() {
    var seed = 3L;
    var random = new SplittableRandom(seed);
    var model = new LinkedHashMap<String, List<String>>();
    for (var step = 0; step < 20_000; step++) {
      var owner = "o" + random.nextInt(5);
      switch (random.nextInt(3)) {
        case 0 -> {
          var waiter = owner + "-" + step;
          var place = line.add(owner, waiter);
          model.computeIfAbsent(owner, o -> new ArrayList<>()).add(waiter);
          assertThat(flat(model).indexOf(waiter) + 1).as("seed %d", seed).isEqualTo(place);
        }
        case 1 -> {
          var next = line.poll();
          var expected = flat(model).stream().findFirst();
          assertThat(next).as("seed %d step %d", seed, step).isEqualTo(expected);
          next.ifPresent(waiter -> {
            var first = model.entrySet().iterator().next();
            model.remove(first.getKey());
            first.getValue().remove(waiter);
            if (!first.getValue().isEmpty()) {
              model.put(first.getKey(), first.getValue());
            }
          });
        }
        default -> {
          var all = flat(model);
          if (!all.isEmpty()) {
            var waiter = all.get(random.nextInt(all.size()));
            var its = waiter.substring(0, 2);
            assertThat(line.remove(its, waiter)).isTrue();
            model.values().forEach(own -> own.remove(waiter));
            model.values().removeIf(List::isEmpty);
          }
        }
      }
      assertThat(line.inOrder()).as("seed %d step %d", seed, step).isEqualTo(flat(model));
    }
  }

  private List<String> drained() {
    var all = new ArrayList<String>();
    while (!line.isEmpty()) {
      all.add(line.poll().orElseThrow());
    }
    return all;
  }

  private static List<String> flat(LinkedHashMap<String, List<String>> model) {
    var all = new ArrayList<String>();
    for (var round = 0; ; round++) {
      var before = all.size();
      for (var own : model.values()) {
        if (round < own.size()) {
          all.add(own.get(round));
        }
      }
      if (all.size() == before) {
        return all;
      }
    }
  }
}

package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The small parts of the guards, each alone. */
class PartsTest {
  private static final long SECOND = 1_000_000_000L;

  @Nested
  class RetryBudgetTest {
    private final RetryBudget budget = new RetryBudget(GuardSettings.Budget.DEFAULTS);

    @Test
    void take_withoutTraffic_floorOfThreeASecond() {
      assertThat(takeAll(0)).isEqualTo(30);
    }

    @Test
    void take_withTraffic_aFifthOfTheFirstCalls() {
      for (var call = 0; call < 1_000; call++) {
        budget.first(call * SECOND / 100);
      }

      assertThat(takeAll(9_990_000_000L)).isEqualTo(200);
    }

    @Test
    void take_anyWindowOfTenSeconds_neverAboveTheBudget() {
      var taken = new ArrayList<Long>();
      for (var now = 0L; now < 60 * SECOND; now += SECOND / 50) {
        if (budget.available(now)) {
          budget.take(now);
          taken.add(now);
        } else {
          budget.missed(now);
        }
      }

      for (var from : taken) {
        var within = taken.stream().filter(t -> t >= from && t < from + 10 * SECOND).count();
        assertThat(within).isLessThanOrEqualTo(30);
      }
      assertThat(taken).hasSizeBetween(170, 180);
    }

    @Test
    void take_afterItRanDry_sharesComeBackOneByOne() {
      takeAll(0);
      budget.missed(0);
      assertThat(budget.wakeAtNanos(0)).isEqualTo(10 * SECOND);

      assertThat(budget.available(10 * SECOND)).isTrue();
      assertThat(budget.used(10 * SECOND)).isZero();
    }

    @Test
    void giveBack_shareOut_isThereAgainAtOnceAndOnce() {
      takeAll(0);
      var later = new RetryBudget(GuardSettings.Budget.DEFAULTS);
      var share = later.take(0);
      for (var n = 1; n < 30; n++) {
        later.take(0);
      }
      later.missed(0);
      assertThat(later.available(0)).isFalse();

      later.giveBack(share, 0);
      later.giveBack(share, 0);

      assertThat(later.used(0)).isEqualTo(29);
      later.take(0);
      assertThat(later.available(0)).isFalse();
    }

    private int takeAll(long now) {
      var count = 0;
      for (; budget.available(now); count++) {
        budget.take(now);
      }
      return count;
    }
  }

  @Nested
  class RecoverySlotsTest {
    private final RecoverySlots slots = new RecoverySlots(GuardSettings.Recovery.DEFAULTS);

    @Test
    void take_eight_thenNone() {
      for (var n = 0; n < 8; n++) {
        slots.take(0);
      }

      assertThat(slots.available(0)).isFalse();
      assertThatIllegalStateException().isThrownBy(() -> slots.take(0));
    }

    @Test
    void progressed_asManyInARowAsSlots_doubles() {
      for (var n = 0; n < 8; n++) {
        slots.take(0);
        slots.progressed();
      }
      assertThat(slots.slots()).isEqualTo(16);

      for (var n = 0; n < 16; n++) {
        slots.take(0);
        slots.progressed();
      }
      assertThat(slots.slots()).isEqualTo(32);
    }

    @Test
    void failed_afterDoubling_fallsBackAndStaysTakenForItsWait() {
      for (var n = 0; n < 8; n++) {
        slots.take(0);
        slots.progressed();
      }
      slots.take(0);

      slots.failed(2 * SECOND, 0);

      assertThat(slots.slots()).isEqualTo(8);
      assertThat(slots.taken(2 * SECOND - 1)).isEqualTo(1);
      assertThat(slots.wakeAtNanos()).isEqualTo(2 * SECOND);
      assertThat(slots.taken(2 * SECOND)).isZero();
    }

    @Test
    void nobodyWaits_withNothingTaken_fallsBack() {
      for (var n = 0; n < 8; n++) {
        slots.take(0);
        slots.progressed();
      }
      slots.take(0);
      slots.nobodyWaits(0);
      assertThat(slots.slots()).as("one is under way").isEqualTo(16);

      slots.released();
      slots.nobodyWaits(0);

      assertThat(slots.slots()).isEqualTo(8);
    }
  }

  @Nested
  class MassBreakTest {
    private final MassBreak massBreak = new MassBreak(8);

    @Test
    void broke_eightWithinASecond_lastsUntilAContinuationProgresses() {
      for (var n = 0; n < 7; n++) {
        massBreak.broke(n * SECOND / 10);
      }
      assertThat(massBreak.lasting()).isFalse();

      massBreak.broke(SECOND);

      assertThat(massBreak.lasting()).isTrue();
      massBreak.broke(100 * SECOND);
      assertThat(massBreak.lasting()).isTrue();
      massBreak.recovered();
      assertThat(massBreak.lasting()).isFalse();
    }

    @Test
    void broke_eightInMoreThanASecond_isNone() {
      for (var n = 0; n < 20; n++) {
        massBreak.broke(n * SECOND / 6);
      }

      assertThat(massBreak.lasting()).isFalse();
    }
  }

  @Nested
  class SlidingCountTest {
    @Test
    void sum_randomTimes_isTheCountOfTheWindowLessAtMostOneCell() {
      var seed = 11L;
      var random = new SplittableRandom(seed);
      var count = new SlidingCount(Duration.ofSeconds(10));
      var all = new ArrayList<Long>();
      var now = -5 * SECOND;
      for (var step = 0; step < 20_000; step++) {
        now += random.nextInt(20) == 0 ? random.nextLong(SECOND) : random.nextLong(SECOND / 100);
        if (random.nextBoolean()) {
          count.add(now);
          all.add(now);
        }
        var at = now;
        var least = all.stream().filter(t -> t > at - 9_900_000_000L).count();
        var most = all.stream().filter(t -> t > at - 10 * SECOND).count();
        assertThat((long) count.sum(now)).as("seed %d step %d", seed, step).isBetween(least, most);
        all.removeIf(t -> t < at - 11 * SECOND);
      }
    }
  }

  @Nested
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
            next.ifPresent(
                waiter -> {
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
}

package dev.holdfast.engine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.Socket;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * The engine is sans-IO: time, entropy and bytes are arguments. Whatever reaches for them by itself
 * can't be replayed from a seed, so its bytecode must not name them.
 */
@AnalyzeClasses(
    packages = "dev.holdfast.engine",
    importOptions = ImportOption.DoNotIncludeTests.class)
class EnginePurityTest {

  /** Locks and atomics are allowed: guards are called by several threads. */
  private static final DescribedPredicate<JavaClass> IO_THREADS_AND_CLOCKS =
      resideInAnyPackage(
              "java.net..", "java.nio.channels..", "java.nio.file..", "java.lang.foreign..")
          .or(type(Thread.class))
          .or(type(ThreadLocal.class))
          .or(type(Clock.class))
          .or(type(ThreadLocalRandom.class))
          .or(type(java.security.SecureRandom.class))
          .or(type(java.util.Timer.class))
          .or(
              describe(
                  "start or wait for threads",
                  c ->
                      c.getPackageName().equals("java.util.concurrent")
                          && !c.getSimpleName().startsWith("Concurrent")
                          && !c.getSimpleName().equals("TimeUnit")));

  private static final Set<String> CLOCKS_AND_ENTROPY =
      Set.of(
          "java.lang.System.nanoTime",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.getenv",
          "java.lang.Math.random",
          "java.lang.Object.wait",
          "java.time.Instant.now",
          "java.time.LocalDate.now",
          "java.time.LocalTime.now",
          "java.time.LocalDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.util.UUID.randomUUID",
          "java.util.Collections.shuffle");

  @ArchTest
  static final ArchRule OPENS_NOTHING_STARTS_NOTHING =
      noClasses().should().dependOnClassesThat(IO_THREADS_AND_CLOCKS).allowEmptyShould(true);

  @ArchTest
  static final ArchRule READS_NO_CLOCK_DRAWS_NO_LOTS =
      noClasses().should().accessTargetWhere(target(readsClockOrEntropy())).allowEmptyShould(true);

  private static DescribedPredicate<AccessTarget> readsClockOrEntropy() {
    return describe(
        "reads a clock, the environment or unseeded randomness",
        t ->
            CLOCKS_AND_ENTROPY.contains(t.getOwner().getName() + "." + t.getName()) || unseeded(t));
  }

  /** The constructor of a generator without a seed. */
  private static boolean unseeded(AccessTarget t) {
    return t instanceof AccessTarget.ConstructorCallTarget constructor
        && constructor.getRawParameterTypes().isEmpty()
        && (t.getOwner().isEquivalentTo(Random.class)
            || t.getOwner().isEquivalentTo(java.util.SplittableRandom.class));
  }

  /** A rule that never fails proves nothing: each of these must be caught. */
  @Test
  void impureClass_isCaught() {
    for (Class<?> impure :
        Set.of(
            OpensSocket.class,
            StartsThread.class,
            UsesExecutor.class,
            AsksThreadLocalRandom.class)) {
      Assertions.assertThat(OPENS_NOTHING_STARTS_NOTHING.evaluate(classes(impure)).hasViolation())
          .as(impure.getSimpleName())
          .isTrue();
    }
    for (Class<?> impure : Set.of(ReadsNanoTime.class, ReadsNow.class, Unseeded.class)) {
      Assertions.assertThat(READS_NO_CLOCK_DRAWS_NO_LOTS.evaluate(classes(impure)).hasViolation())
          .as(impure.getSimpleName())
          .isTrue();
    }
  }

  @Test
  void seededClass_passes() {
    JavaClasses seeded = classes(Seeded.class);
    Assertions.assertThat(OPENS_NOTHING_STARTS_NOTHING.evaluate(seeded).hasViolation()).isFalse();
    Assertions.assertThat(READS_NO_CLOCK_DRAWS_NO_LOTS.evaluate(seeded).hasViolation()).isFalse();
  }

  private static JavaClasses classes(Class<?> one) {
    return new ClassFileImporter().importClasses(one);
  }

  static final class OpensSocket {
    Object open() {
      return new Socket();
    }
  }

  static final class StartsThread {
    Object start() {
      return Thread.ofVirtual().unstarted(() -> {});
    }
  }

  abstract static class UsesExecutor {
    abstract ExecutorService executor();
  }

  static final class AsksThreadLocalRandom {
    int draw() {
      return ThreadLocalRandom.current().nextInt();
    }
  }

  static final class ReadsNanoTime {
    long read() {
      return System.nanoTime();
    }
  }

  static final class ReadsNow {
    Object read() {
      return Instant.now();
    }
  }

  static final class Unseeded {
    Object draw() {
      return new Random();
    }
  }

  static final class Seeded {
    int draw(long seed) {
      return new Random(seed).nextInt();
    }
  }
}

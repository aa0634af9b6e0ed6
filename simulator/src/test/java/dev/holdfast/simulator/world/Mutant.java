package dev.holdfast.simulator.world;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import javax.tools.ToolProvider;

/**
 * A fault of our own that the world must find. It is planted from outside: one source is copied,
 * patched and compiled, and a class loader of its own puts it in the place of the shipped class.
 *
 * @param name what is wrong
 * @param source its path in the repository
 * @param shipped text that stands there exactly once
 * @param planted what stands there instead
 */
record Mutant(String name, String source, String shipped, String planted) {
  private static final Path SOURCES = Path.of("..");

  /** What the world made of a mutant. */
  record Hunt(boolean found, long seeds, String what) {}

  /** Runs the world with the mutant inside until it shows, at most so many seeds. */
  Hunt hunt(Path folder, long firstSeed, long seedsMax) {
    compile(folder);
    var loader = new PlantedLoader(folder, Mutant.class.getClassLoader());
    try {
      var campaign = loader.loadClass(Campaign.class.getName());
      LongConsumer silent = runs -> {};
      var result =
          campaign
              .getMethod("run", long.class, long.class, int.class, LongConsumer.class)
              .invoke(null, firstSeed, seedsMax, 2, silent);
      var type = result.getClass();
      var failure = type.getMethod("failure").invoke(result).toString();
      long runs = (long) type.getMethod("runs").invoke(result);
      return new Hunt(!failure.equals("Optional.empty"), runs, failure);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("expected to run the world with: " + name, e);
    }
  }

  private void compile(Path folder) {
    var file = folder.resolve(Path.of(source).getFileName().toString());
    try {
      Files.writeString(file, patched(Files.readString(SOURCES.resolve(source))));
    } catch (IOException e) {
      throw new UncheckedIOException("expected to patch " + source, e);
    }
    var compiler = ToolProvider.getSystemJavaCompiler();
    var said = new StringWriter();
    var options =
        List.of(
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-proc:none",
            "-nowarn");
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var task = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(file));
      if (!task.call()) {
        throw new IllegalStateException("expected the patch to compile, came: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("expected to close the compiler's files", e);
    }
  }

  private String patched(String text) {
    int at = text.indexOf(shipped);
    if (at < 0 || text.indexOf(shipped, at + 1) >= 0) {
      throw new IllegalStateException(
          "expected exactly once in " + source + ", to plant \"" + name + "\": " + shipped);
    }
    return text.replace(shipped, planted);
  }

  /** Loads all our classes anew, the planted ones from their folder. */
  private static final class PlantedLoader extends ClassLoader {
    private final Path folder;

    PlantedLoader(Path folder, ClassLoader parent) {
      super(parent);
      this.folder = folder;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("dev.holdfast.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        var loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      var path = name.replace('.', '/') + ".class";
      try (var in = open(path)) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        var bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    private InputStream open(String path) throws IOException {
      var planted = folder.resolve(path);
      return Files.exists(planted)
          ? Files.newInputStream(planted)
          : getParent().getResourceAsStream(path);
    }
  }
}

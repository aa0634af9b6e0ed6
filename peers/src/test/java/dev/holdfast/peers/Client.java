package dev.holdfast.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The official clients that the relay is tried with, each as its users call it. */
enum Client {
  OPENAI_PYTHON {
    @Override
    Map<String, Got> askAll(List<Question> questions) throws IOException, InterruptedException {
      var installed = installed();
      return ClientProcess.askAll(
          List.of(
              installed.resolve("venv/bin/python").toString(),
              sources().resolve("openai_python.py").toString(),
              Integer.toString(AT_ONCE),
              Long.toString(EACH_MAX.toSeconds())),
          questions);
    }
  },
  OPENAI_NODE {
    @Override
    Map<String, Got> askAll(List<Question> questions) throws IOException, InterruptedException {
      return node(questions, "raw");
    }
  },
  OPENAI_NODE_HELPER {
    @Override
    Map<String, Got> askAll(List<Question> questions) throws IOException, InterruptedException {
      return node(questions, "helper");
    }
  },
  OPENAI_JAVA {
    @Override
    Map<String, Got> askAll(List<Question> questions) throws InterruptedException {
      return java(questions, new OpenAiJava(false));
    }
  },
  OPENAI_JAVA_ACCUMULATOR {
    @Override
    Map<String, Got> askAll(List<Question> questions) throws InterruptedException {
      return java(questions, new OpenAiJava(true));
    }
  },
  LANGCHAIN4J {
    @Override
    Map<String, Got> askAll(List<Question> questions) throws InterruptedException {
      return java(questions, new LangChain4j());
    }

    // It has words of its own, and none for a reason that it does not know.
    @Override
    String finish(String wire) {
      return "none";
    }
  };

  private static final int AT_ONCE = 12;
  private static final Duration EACH_MAX = Duration.ofSeconds(90);

  /** Asks all, some at once; what a question got stands under its name. */
  abstract Map<String, Got> askAll(List<Question> questions)
      throws IOException, InterruptedException;

  /** What it makes of a finish reason that is none of the specification's. */
  String finish(String wire) {
    return wire;
  }

  /** False if this way of calling it is for streams alone. */
  boolean asksWithoutStream() {
    return switch (this) {
      case OPENAI_NODE_HELPER, OPENAI_JAVA_ACCUMULATOR, LANGCHAIN4J -> false;
      case OPENAI_PYTHON, OPENAI_NODE, OPENAI_JAVA -> true;
    };
  }

  /** As a part of a model's name. */
  String tag() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Map<String, Got> node(List<Question> questions, String way)
      throws IOException, InterruptedException {
    return ClientProcess.askAll(
        List.of(
            "node",
            sources().resolve("openai_node.mjs").toString(),
            Integer.toString(AT_ONCE),
            Long.toString(EACH_MAX.toSeconds()),
            installed().toString(),
            way),
        questions);
  }

  private static Map<String, Got> java(List<Question> questions, JavaClient client)
      throws InterruptedException {
    try (client) {
      return client.askAll(questions, AT_ONCE, EACH_MAX);
    }
  }

  private static Path installed() throws IOException, InterruptedException {
    return Path.of(Scripts.output("official-clients").getLast());
  }

  private static Path sources() {
    return Scripts.repositoryRoot().resolve("peers/src/test/clients");
  }
}

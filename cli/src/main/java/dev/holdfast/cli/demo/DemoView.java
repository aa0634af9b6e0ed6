package dev.holdfast.cli.demo;

import java.util.List;

/** Shows a demo while it runs. Called by one thread. */
interface DemoView {
  /** Shows nothing. */
  DemoView NONE =
      new DemoView() {
        @Override
        public void began(List<Watched> answers, long nowNanos) {}

        @Override
        public void changed(Watched answer, Watched.Change change, DemoEvent event) {}

        @Override
        public void passed(long nowNanos) {}

        @Override
        public void ended() {}
      };

  /** The answers will be asked as soon as there is somebody to ask. */
  void began(List<Watched> answers, long nowNanos);

  /** Something happened to one of them. */
  void changed(Watched answer, Watched.Change change, DemoEvent event);

  /** Some time has passed, some twentieth of a second. */
  void passed(long nowNanos);

  /** No more will come. */
  void ended();
}

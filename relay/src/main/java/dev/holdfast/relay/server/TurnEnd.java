package dev.holdfast.relay.server;

import io.vertx.core.Context;
import java.util.ArrayList;

/**
 * Work that waits until the event loop has read every socket that was ready, and is then done as
 * one task. For one event loop, on it.
 */
final class TurnEnd {
  private final Context home;
  private ArrayList<Runnable> waiting = new ArrayList<>();
  private ArrayList<Runnable> running = new ArrayList<>();

  TurnEnd(Context home) {
    this.home = home;
  }

  /** Does this at the end of the turn; it must not throw. */
  void then(Runnable act) {
    if (waiting.isEmpty()) {
      home.runOnContext(nothing -> run());
    }
    waiting.add(act);
  }

  private void run() {
    var now = waiting;
    waiting = running;
    running = now;
    for (int i = 0; i < now.size(); i++) {
      now.get(i).run();
    }
    now.clear();
  }
}

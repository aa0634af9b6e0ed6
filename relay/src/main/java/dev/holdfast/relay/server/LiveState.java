package dev.holdfast.relay.server;

import dev.holdfast.engine.session.Seam;
import java.util.List;

/**
 * What is known of a live session beside its records.
 *
 * @param readers connections that read it
 * @param position its place in the line; 0 if it does not wait
 * @param seams where continuations joined
 */
record LiveState(int readers, int position, List<Seam> seams) {
  LiveState {
    seams = List.copyOf(seams);
  }
}

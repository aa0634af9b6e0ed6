package dev.holdfast.relay.server;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Where a request becomes a reader, if its owner may have one more. */
final class Seats {
  private Seats() {}

  /** The reader; empty if there is no seat for it, and then the request is answered. */
  static Optional<ReaderConnection> taken(HttpServerRequest request, Shared shared, String owner) {
    if (shared.seats().take(owner)) {
      return Optional.of(new ReaderConnection(request, shared, owner));
    }
    Answers.refuse(
        request.response(),
        429,
        "too_many_readers",
        "the owner of this key has as many readers as it may have");
    return Optional.empty();
  }
}

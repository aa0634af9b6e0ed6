package dev.holdfast.relay.server;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes the connections of one event loop on which a request does not arrive: those that are idle,
 * and those on which a head, or more of a body, is awaited for too long. A request that is there is
 * none of its business, however long the answer takes.
 */
final class Arrivals {
  /** A body that comes at this much in each while is not given up; less is a trickle. */
  private static final int BODY_STEP_BYTES = 64 << 10;

  private final Vertx vertx;
  private final long limitMillis;
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  Arrivals(Vertx vertx, long limitMillis) {
    this.vertx = vertx;
    this.limitMillis = limitMillis;
  }

  /** Nothing has come on it yet. */
  void opened(HttpConnection connection) {
    connection.closeHandler(nothing -> gone(connection));
    await(connection);
  }

  /** It is closed. Whoever replaces its close handler tells this. */
  void gone(HttpConnection connection) {
    arrived(connection);
  }

  /** A head has come; once the response is over the next one is awaited. */
  void head(HttpServerRequest request) {
    var connection = request.connection();
    arrived(connection);
    var response = request.response();
    response.endHandler(nothing -> {
      if (!response.closed()) {
        await(connection);
      }
    });
  }

  /** Its body is awaited. */
  void body(HttpServerRequest request) {
    await(request.connection());
  }

  /** More of the body has come. */
  void part(HttpServerRequest request, int bytesBefore, int bytesNow) {
    if (bytesBefore / BODY_STEP_BYTES != bytesNow / BODY_STEP_BYTES) {
      await(request.connection());
    }
  }

  /** All of it has come, or nobody wants it. */
  void whole(HttpServerRequest request) {
    arrived(request.connection());
  }

  private void await(HttpConnection connection) {
    var before =
        timers.put(
            connection,
            vertx.setTimer(
                limitMillis,
                id -> {
                  timers.remove(connection, id);
                  connection.close();
                }));
    if (before != null) {
      vertx.cancelTimer(before);
    }
  }

  private void arrived(HttpConnection connection) {
    var timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }
}

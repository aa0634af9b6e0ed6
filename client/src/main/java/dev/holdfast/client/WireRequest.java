package dev.holdfast.client;

import dev.holdfast.engine.dialect.UpstreamCall;
import java.net.http.HttpRequest;
import java.util.Map;

/** How a call of the machine looks on the wire. */
final class WireRequest {
  private WireRequest() {}

  static HttpRequest of(Upstream upstream, UpstreamCall call, Map<String, String> headers) {
    var request = HttpRequest.newBuilder(upstream.uri(call.path()));
    upstream.headers().forEach(request::setHeader);
    headers.forEach(request::setHeader);
    request.setHeader("accept", call.streamed() ? "text/event-stream" : "application/json");
    request.setHeader("accept-encoding", "identity");
    request.setHeader("user-agent", Holdfast.CLIENT);
    if (upstream.apiKey() != null) {
      request.setHeader("authorization", "Bearer " + upstream.apiKey());
    }
    return switch (call.method()) {
      case GET -> request.GET().build();
      case POST -> {
        request.setHeader("content-type", "application/json");
        yield request.POST(HttpRequest.BodyPublishers.ofByteArray(call.body())).build();
      }
    };
  }
}

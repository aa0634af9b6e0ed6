package dev.holdfast.relay.server;

import dev.holdfast.relay.config.Secret;
import dev.holdfast.relay.config.Upstream;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where an upstream is, read once from the configuration: no request chooses a host.
 *
 * @param basePath without a slash at its end
 * @param simulator whether fault plans may be sent along
 */
record UpstreamAddress(
    String host, int port, boolean tls, String basePath, @Nullable Secret key, boolean simulator) {

  static UpstreamAddress of(Upstream upstream) {
    var uri = URI.create(upstream.url());
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    var path = uri.getRawPath() == null ? "" : uri.getRawPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return new UpstreamAddress(
        uri.getHost(), port, tls, path, upstream.key(), upstream.isSimulator());
  }
}

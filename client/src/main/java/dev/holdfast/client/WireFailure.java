package dev.holdfast.client;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Broken;
import dev.holdfast.engine.failure.Failure.Unreachable;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What the errors of {@code java.net.http} mean. It has few types for them, so the words count too;
 * a reset that overtook the body and a body that ended early can look the same.
 */
final class WireFailure {
  private WireFailure() {}

  /** The failure; what the transport said may name addresses, but never a credential. */
  static Failure of(Throwable thrown, boolean headCame) {
    var chain = chain(thrown);
    if (has(chain, UnknownHostException.class) || has(chain, UnresolvedAddressException.class)) {
      return new Unreachable(Unreachable.Kind.DNS, "no such host");
    }
    if (has(chain, HttpConnectTimeoutException.class)) {
      return new Unreachable(Unreachable.Kind.CONNECT_TIMEOUT, "no connection in time");
    }
    if (has(chain, SSLException.class) && !headCame) {
      return new Unreachable(Unreachable.Kind.TLS, "the TLS handshake failed");
    }
    if (has(chain, ConnectException.class)) {
      return new Unreachable(Unreachable.Kind.REFUSED, "the connection was refused");
    }
    var words = words(chain);
    if (words.contains("reset") || words.contains("broken pipe")) {
      return new Broken(Broken.Kind.RESET, "the connection was reset");
    }
    if (words.contains("eof")
        || words.contains("received no bytes")
        || words.contains("bytes received")
        || words.contains("closed")) {
      return new Broken(Broken.Kind.TRUNCATION, "the connection ended before the response did");
    }
    if (has(chain, ProtocolException.class)
        || words.contains("status line")
        || words.contains("header")
        || words.contains("chunk")) {
      return new Broken(Broken.Kind.MALFORMED_STREAM, "the response was not HTTP");
    }
    return new Broken(Broken.Kind.RESET, "the connection failed");
  }

  private static List<Throwable> chain(Throwable thrown) {
    var chain = new ArrayList<Throwable>();
    for (@Nullable Throwable t = thrown; t != null && !chain.contains(t); t = t.getCause()) {
      chain.add(t);
    }
    return chain;
  }

  private static boolean has(List<Throwable> chain, Class<? extends Throwable> kind) {
    return chain.stream().anyMatch(kind::isInstance);
  }

  private static String words(List<Throwable> chain) {
    var words = new StringBuilder();
    for (var thrown : chain) {
      words.append(thrown.getClass().getSimpleName()).append(' ');
      words.append(thrown.getMessage()).append('\n');
    }
    return words.toString().toLowerCase(Locale.ROOT);
  }
}

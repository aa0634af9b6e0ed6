package dev.holdfast.relay.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What an operator should see at start although nothing is wrong. */
final class Notices {
  private Notices() {}

  static List<String> of(
      Listen listen, JournalSettings journal, List<Upstream> upstreams, boolean keys) {
    var notices = new ArrayList<String>();
    notices.add(
        "journal: in memory, sessions are kept "
            + Units.print(journal.keep())
            + " and up to "
            + Units.print(journal.sizeBytesMax())
            + ", never more than a quarter of the heap; they do not outlive the process yet, so dir"
            + " and sync have no effect");
    if (!keys && !listen.isLoopback()) {
      notices.add("insecure: anyone who reaches " + listen + " can spend your credit");
    }
    for (Upstream upstream : upstreams) {
      if (upstream.key() != null && upstream.url().startsWith("http://") && !isHere(upstream)) {
        notices.add(
            "upstreams."
                + upstream.name()
                + ": its key and all text go over http, readable by all");
      }
    }
    return notices;
  }

  private static boolean isHere(Upstream upstream) {
    String host = URI.create(upstream.url()).getHost();
    return host != null && Loopback.isLoopback(host);
  }
}

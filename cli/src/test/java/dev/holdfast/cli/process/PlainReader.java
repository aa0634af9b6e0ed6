package dev.holdfast.cli.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/**
 * Reads one answer on a raw socket, to its last byte. {@code java.net.http}'s stream of a body does
 * not serve: told of a cut, it throws before what came ahead of the cut is read.
 */
final class PlainReader implements Callable<PlainReader.Result> {
  /** How an answer ended for its reader. */
  enum Result {
    /** Ended by the protocol, with its terminator. */
    WHOLE,
    /** An error event, then a cut. */
    ERROR_AND_CUT,
    /** A cut alone. */
    CUT,
    /** A real status. */
    REFUSED,
    /** The body ended properly without a terminator: what must never be. */
    HALF_BUT_CLEAN
  }

  private static final int READ_MILLIS_MAX = 110_000;

  private final int port;
  private final byte[] body;

  PlainReader(int port, String body) {
    this.port = port;
    this.body = body.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Result call() throws IOException {
    var head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    var heard = new ByteArrayOutputStream();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(READ_MILLIS_MAX);
      var out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(body);
      drain(socket.getInputStream(), heard);
    }
    return judge(heard.toString(StandardCharsets.ISO_8859_1));
  }

  /** To the end, whichever it is: what came before a reset tells whether something is missing. */
  private static void drain(InputStream in, ByteArrayOutputStream to) throws IOException {
    try {
      in.transferTo(to);
    } catch (SocketException e) {
      // A reset: what came is judged.
    }
  }

  private static Result judge(String heard) {
    if (!heard.startsWith("HTTP/1.1 200 ")) {
      return heard.startsWith("HTTP/1.1 ") ? Result.REFUSED : Result.CUT;
    }
    if (!heard.endsWith("\r\n0\r\n\r\n")) {
      return heard.contains("event: error") ? Result.ERROR_AND_CUT : Result.CUT;
    }
    return heard.contains("data: [DONE]") ? Result.WHOLE : Result.HALF_BUT_CLEAN;
  }
}

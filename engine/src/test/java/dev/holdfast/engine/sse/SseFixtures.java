package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/** What goes wrong on a wire, each with what must come out. */
final class SseFixtures {
  /** One decoded event. */
  record Event(String name, String data) {}

  /**
   * @param wire the bytes fed
   * @param events what a reader is told
   * @param forwarded the bytes handed on
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Fixture(
      String title, byte[] wire, List<Event> events, byte[] forwarded, boolean unfinished) {
    @Override
    public String toString() {
      return title;
    }
  }

  private SseFixtures() {}

  /** Every fixture; those whose endings do not matter in LF, CRLF and CR. */
  static List<Fixture> all() {
    List<Fixture> all = new ArrayList<>();
    for (Fixture fixture : neutral()) {
      all.add(withEndings(fixture, "LF", "\n"));
      all.add(withEndings(fixture, "CRLF", "\r\n"));
      all.add(withEndings(fixture, "CR", "\r"));
    }
    all.addAll(mixed());
    return all;
  }

  private static List<Fixture> neutral() {
    String chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"xin chào\"}}]}\n\n";
    return List.of(
        same("one event", "data: a\n\n", event("a")),
        same("two events", "data: a\n\ndata: b\n\n", event("a"), event("b")),
        same("chat stream", chunk + chunk + "data: [DONE]\n\n", chat(), chat(), event("[DONE]")),
        same("no space after colon", "data:a\n\n", event("a")),
        same("two spaces after colon keep one", "data:  a\n\n", event(" a")),
        same("a tab after colon is kept", "data:\ta\n\n", event("\ta")),
        same("space before colon is another field", "data : a\ndata: b\n\n", event("b")),
        same("value with colons", "data: a: b: c\n\n", event("a: b: c")),
        same("several data lines", "data: a\ndata: b\ndata:c\n\n", event("a\nb\nc")),
        same("data lines with an empty one", "data: a\ndata\ndata: b\n\n", event("a\n\nb")),
        same("two empty data lines are a line end", "data\ndata:\n\n", event("\n")),
        fixture("empty data is dropped", "data:\n\ndata: \n\n", ""),
        fixture("data without colon is dropped", "data\n\n", ""),
        fixture("event without data is dropped", "event: ping\n\n", ""),
        fixture(
            "a dropped event leaves no name behind",
            "event: ping\n\ndata: a\n\n",
            "data: a\n\n",
            event("a")),
        fixture("retry alone is dropped", "retry: 10\n\n", ""),
        same("retry beside data is kept", "retry: 10\ndata: a\n\n", event("a")),
        same("unknown field is kept", "foo: bar\ndata: a\nbaz\n\n", event("a")),
        same("names are case sensitive", "DATA: x\nEvent: y\ndata: a\n\n", event("a")),
        same(
            "names that only begin like known ones",
            "database: x\ndat: y\neventual: z\nidea: i\nid2: j\ndata: a\n\n",
            event("a")),
        same("line with a leading space", " data: x\ndata: a\n\n", event("a")),
        same("named event", "event: error\ndata: a\n\n", named("error", "a")),
        same("name after data", "data: a\nevent: ping\n\n", named("ping", "a")),
        same("the last name wins", "event: a\nevent: b\ndata: c\n\n", named("b", "c")),
        same("an empty name takes it back", "event: a\nevent\ndata: c\n\n", named("", "c")),
        same("a name with spaces", "event:  a b \ndata: c\n\n", named(" a b ", "c")),
        same(
            "a long unknown name",
            "event: " + "n".repeat(70) + "\ndata: c\n\n",
            named("n".repeat(70), "c")),
        fixture("comment alone is dropped", ": keep-alive\n\n", ""),
        fixture(
            "comment without its own block", ": a\n:b\n:\ndata: c\n\n", "data: c\n\n", event("c")),
        fixture(
            "comment between data lines",
            "data: a\n: x\ndata: b\n\n",
            "data: a\ndata: b\n\n",
            event("a\nb")),
        fixture("comment after data", "data: a\n:x\n\n", "data: a\n\n", event("a")),
        fixture("id before data", "id: 7\ndata: a\n\n", "data: a\n\n", event("a")),
        fixture("id after data", "data: a\nid: 7\n\n", "data: a\n\n", event("a")),
        fixture(
            "id without colon",
            "event: e\nid\ndata: a\n\n",
            "event: e\ndata: a\n\n",
            named("e", "a")),
        fixture("id with NUL", "id: a\u0000b\ndata: a\n\n", "data: a\n\n", event("a")),
        fixture("id alone is dropped", "id: 7\n\n", ""),
        fixture(
            "native frame without spaces",
            "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"a\":1}\n\n",
            "event:result\ndata:{\"a\":1}\n\n",
            named("result", "{\"a\":1}")),
        fixture(
            "blank lines around",
            "\n\n\ndata: a\n\n\n\ndata: b\n\n\n",
            "data: a\n\ndata: b\n\n",
            event("a"),
            event("b")),
        fixture("byte order mark", "\uFEFFdata: a\n\n", "data: a\n\n", event("a")),
        fixture(
            "byte order mark twice",
            "\uFEFF\uFEFFdata: a\n\ndata: b\n\n",
            "data: b\n\n",
            event("b")),
        fixture(
            "byte order mark later",
            "data: a\n\n\uFEFFdata: b\ndata: c\n\n",
            "data: a\n\ndata: c\n\n",
            event("a"),
            event("c")),
        fixture(
            "byte order mark then comment", "\uFEFF: c\n\ndata: a\n\n", "data: a\n\n", event("a")),
        same("wide characters", "data: 漢字 🎉 ệ שלום\n\n", event("漢字 🎉 ệ שלום")),
        same(
            "other separators are no line ends",
            "data: a\u2028b\u0085c\u000Bd\fe\n\n",
            event("a\u2028b\u0085c\u000Bd\fe")),
        same(
            "huge block",
            "data: " + "x".repeat(3000) + "\n\ndata: b\n\n",
            event("x".repeat(3000)),
            event("b")),
        cut("no blank line", "data: a\n\ndata: b\n", "data: a\n\n", event("a")),
        cut("no line end", "data: a\n\ndata: b", "data: a\n\n", event("a")),
        cut("comment cut off", "data: a\n\n: keep", "data: a\n\n", event("a")),
        fixture("nothing", "", ""),
        fixture("byte order mark alone", "\uFEFF", ""));
  }

  private static List<Fixture> mixed() {
    return List.of(
        raw(
            "LF then CRLF",
            "data: a\n\r\ndata: b\n\n",
            "data: a\n\rdata: b\n\n",
            event("a"),
            event("b")),
        raw(
            "CR then LF is CRLF, blank by CR",
            "data: a\r\n\rdata: b\n\n",
            "data: a\r\n\rdata: b\n\n",
            event("a"),
            event("b")),
        raw(
            "CRLF then LF",
            "data: a\r\n\ndata: b\n\n",
            "data: a\r\n\ndata: b\n\n",
            event("a"),
            event("b")),
        raw(
            "CR CR LF",
            "data: a\r\r\ndata: b\r\r\n",
            "data: a\r\rdata: b\r\r",
            event("a"),
            event("b")),
        raw("CRLF CRLF at the end", "data: a\r\n\r\n", "data: a\r\n\r\n", event("a")),
        raw("CRLF CR at the end", "data: a\r\n\r", "data: a\r\n\r", event("a")),
        raw("CRLF CR with nothing to tell", "event: a\r\n\r", ""),
        raw(
            "CR LF LF between lines",
            "data: a\rdata: b\r\n\n",
            "data: a\rdata: b\r\n\n",
            event("a\nb")),
        raw(
            "mixed with removal",
            "data: a\r: c\r\nid: 1\ndata: b\r\n\r\n",
            "data: a\rdata: b\r\n\r\n",
            event("a\nb")),
        raw(
            "comment without a blank line holds nothing",
            "data: a\n\n: keep\n",
            "data: a\n\n",
            event("a")),
        raw("removed line between a CR and an LF", "data: a\r: c\n\n", "data: a\r\n\n", event("a")),
        raw("removed line with another ending", "data: a\n: c\r\n\r\n", "data: a\n\r", event("a")),
        raw("blank CRs before", "\r\n\r\r\n\n\rdata: a\n\n", "data: a\n\n", event("a")),
        raw(
            "comment CRLF then CR blank",
            ": a\r\n\r\ndata: a\r\n\r\n",
            "data: a\r\n\r\n",
            event("a")),
        new Fixture(
            "CR pending on a line with text", bytes("data: a\r"), List.of(), bytes(""), true),
        new Fixture("one byte of a mark", new byte[] {(byte) 0xEF}, List.of(), bytes(""), true),
        new Fixture(
            "two bytes of a mark, then a line",
            latin1("\u00EF\u00BBdata: x\ndata: a\n\n"),
            List.of(event("a")),
            latin1("\u00EF\u00BBdata: x\ndata: a\n\n"),
            false),
        new Fixture(
            "invalid UTF-8 is handed on",
            latin1("data: \u00FF\u00C3\n\n"),
            List.of(event("\uFFFD\uFFFD")),
            latin1("data: \u00FF\u00C3\n\n"),
            false));
  }

  static Event event(String data) {
    return new Event("", data);
  }

  private static Event named(String name, String data) {
    return new Event(name, data);
  }

  private static Event chat() {
    return event("{\"choices\":[{\"delta\":{\"content\":\"xin chào\"}}]}");
  }

  private static Fixture same(String title, String wire, Event... events) {
    return fixture(title, wire, wire, events);
  }

  private static Fixture fixture(String title, String wire, String forwarded, Event... events) {
    return new Fixture(title, bytes(wire), List.of(events), bytes(forwarded), false);
  }

  private static Fixture cut(String title, String wire, String forwarded, Event... events) {
    return new Fixture(title, bytes(wire), List.of(events), bytes(forwarded), true);
  }

  private static Fixture raw(String title, String wire, String forwarded, Event... events) {
    return fixture(title, wire, forwarded, events);
  }

  private static Fixture withEndings(Fixture fixture, String name, String ending) {
    return new Fixture(
        fixture.title + ", " + name,
        bytes(new String(fixture.wire, UTF_8).replace("\n", ending)),
        fixture.events,
        bytes(new String(fixture.forwarded, UTF_8).replace("\n", ending)),
        fixture.unfinished);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(ISO_8859_1);
  }
}

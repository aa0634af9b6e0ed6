package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.Position;
import dev.holdfast.simulator.fault.Quirk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** One attempt at an answer: what the model says, in the frames of the wire, with its fault. */
final class Attempt {
  private static final int MEBIBYTE = 1 << 20;
  private static final byte[] FILLER = filler();
  private static final String HTML =
      "<!DOCTYPE html>\n<html><head><title>Just a moment</title></head>"
          + "<body><h1>Checking the line</h1></body></html>\n";

  private final ProviderConfig config;
  private final ProviderCall call;
  private final ChatRequest request;
  private final List<Generation> generations;
  private final Chunks chunks;
  private final Framing framing;
  private final Script.Builder steps = new Script.Builder();

  Attempt(ProviderConfig config, ProviderCall call, ChatRequest request) {
    this.config = config;
    this.call = call;
    this.request = request;
    this.generations =
        IntStream.range(0, request.choices())
            .mapToObj(i -> Generation.of(request, i, config, call.attempt()))
            .toList();
    this.chunks = new Chunks(request, call, config.model().seed());
    this.framing = new Framing(call.fault());
  }

  /** A break after a silence. */
  static Script after(Duration silence, Step step) {
    var steps = new Script.Builder();
    if (!silence.isZero()) {
      steps.add(new Step.Wait(silence));
    }
    return steps.add(step).build();
  }

  /** The answer as a stream of events. */
  Script streamed() {
    List<Cuts.Segment> events =
        chunks.stream(sayable()).stream()
            .map(chunk -> new Cuts.Segment(chunk.kind(), framing.event(chunk.data())))
            .toList();
    Fault fault = call.fault().fault();
    if (fault instanceof Fault.Impostor impostor) {
      return impostor(impostor, events);
    }
    Position at = position(fault);
    if (fault instanceof Fault.Pause pause && at instanceof Position.Head) {
      steps.add(new Step.Wait(pause.lasting()));
    }
    steps.add(head("text/event-stream; charset=utf-8", List.of()));
    Cuts.Place place = Cuts.find(at, events);
    events.subList(0, place.events()).forEach(this::send);
    byte[] broken =
        place.events() < events.size() ? events.get(place.events()).bytes() : new byte[0];
    sendBytes(Cuts.head(broken, place.bytes()));
    Runnable rest =
        () -> {
          if (place.events() < events.size()) {
            send(
                new Cuts.Segment(
                    events.get(place.events()).kind(), Cuts.tail(broken, place.bytes())));
            events.subList(place.events() + 1, events.size()).forEach(this::send);
          }
        };
    return strike(fault, rest);
  }

  /** What is said at most before the attempt breaks; nothing else needs to be written. */
  private List<Generation> sayable() {
    Fault fault = call.fault().fault();
    boolean breaks =
        switch (fault) {
          case Fault.Reset f -> true;
          case Fault.Cut f -> true;
          case Fault.CleanEnd f -> true;
          case Fault.Stall f -> true;
          default -> false;
        };
    int tokens =
        switch (position(fault)) {
          case Position.Tokens p -> p.count();
          case Position.InsideEvent p -> p.count();
          default -> Integer.MAX_VALUE;
        };
    return breaks && tokens < Integer.MAX_VALUE
        ? generations.stream().map(g -> g.first(tokens + 1)).toList()
        : generations;
  }

  /** The answer as one JSON body. */
  Script whole() {
    Fault fault = call.fault().fault();
    List<Generation> said =
        switch (fault) {
          case Fault.Finish f -> generations.stream().map(g -> g.finished(f.reason())).toList();
          case Fault.NoFinish f -> generations.stream().map(g -> g.finished("")).toList();
          default -> generations;
        };
    byte[] body = Framing.bytes(chunks.completion(said));
    if (fault instanceof Fault.Impostor impostor) {
      return impostor(impostor, List.of(new Cuts.Segment(Chunks.Kind.TOKEN, body)));
    }
    int cut = position(fault) instanceof Position.Finish ? body.length : body.length / 2;
    steps.add(head("application/json", List.of()));
    return switch (fault) {
      case Fault.InBand f -> {
        InBandErrors.of(f, chunks, framing).forEach(steps::send);
        yield steps.add(new Step.End()).build();
      }
      case Fault.Malformed f -> steps.send(Cuts.head(body, cut)).add(new Step.End()).build();
      case Fault.HugeEvent f -> {
        steps.send(Cuts.head(body, cut));
        filler(f);
        yield steps.add(new Step.End()).build();
      }
      case Fault.Finish f -> steps.send(body).add(new Step.End()).build();
      case Fault.NoFinish f -> steps.send(body).add(new Step.End()).build();
      default -> {
        steps.send(Cuts.head(body, cut));
        yield strike(fault, () -> steps.send(Cuts.tail(body, cut)));
      }
    };
  }

  private Script strike(Fault fault, Runnable rest) {
    switch (fault) {
      case Fault.Reset f -> wait(f.after()).add(new Step.Reset());
      case Fault.Cut f -> wait(f.after()).add(new Step.Cut());
      case Fault.CleanEnd f -> wait(f.after()).add(new Step.End());
      case Fault.Stall f -> {
        if (f.keepAlive() == null) {
          return steps.add(new Step.Hang()).build();
        }
        return steps.build(
            List.of(new Step.Wait(f.keepAlive()), new Step.Send(framing.keepAlive())));
      }
      case Fault.Pause f -> {
        if (!(f.at() instanceof Position.Head)) {
          pause(f);
        }
        rest.run();
        steps.add(new Step.End());
      }
      case Fault.InBand f -> {
        InBandErrors.of(f, chunks, framing).forEach(this::sendBytes);
        steps.add(new Step.End());
      }
      case Fault.Malformed f -> {
        sendBytes(framing.event("{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"del}"));
        rest.run();
        steps.add(new Step.End());
      }
      case Fault.HugeEvent f -> {
        huge(f);
        rest.run();
        steps.add(new Step.End());
      }
      case Fault.Finish f -> {
        for (Generation generation : generations) {
          sendBytes(framing.event(chunks.finish(generation, f.reason(), generations).data()));
        }
        sendBytes(framing.event("[DONE]"));
        steps.add(new Step.End());
      }
      case Fault.NoFinish f -> {
        sendBytes(framing.event("[DONE]"));
        steps.add(new Step.End());
      }
      case Fault.Healthy f -> {
        rest.run();
        steps.add(new Step.End());
      }
      case Fault.Trickle f -> {
        rest.run();
        steps.add(new Step.End());
      }
      case Fault.Refused f -> throw unreachable(f);
      case Fault.NoSuchHost f -> throw unreachable(f);
      case Fault.TlsFailure f -> throw unreachable(f);
      case Fault.Status f -> throw unreachable(f);
      case Fault.Impostor f -> throw unreachable(f);
    }
    return steps.build();
  }

  private static Position position(Fault fault) {
    return switch (fault) {
      case Fault.Reset f -> f.at();
      case Fault.Cut f -> f.at();
      case Fault.CleanEnd f -> f.at();
      case Fault.Stall f -> f.at();
      case Fault.Pause f -> f.at();
      case Fault.InBand f -> f.at();
      case Fault.Malformed f -> f.at();
      case Fault.HugeEvent f -> f.at();
      case Fault.Finish f -> f.at();
      case Fault.NoFinish f -> f.at();
      default -> new Position.Finish();
    };
  }

  private Script impostor(Fault.Impostor fault, List<Cuts.Segment> events) {
    switch (fault.kind()) {
      case HTML -> steps.add(head("text/html; charset=utf-8", List.of())).send(Framing.bytes(HTML));
      case JSON_ERROR ->
          steps
              .add(head("application/json", List.of()))
              .send(
                  Framing.bytes(
                      ErrorBodies.openAi(
                          "server_error", null, ErrorBodies.message("server_error"), null, "")));
      case WRONG_TYPE -> {
        steps.add(head("application/octet-stream", List.of()));
        events.forEach(this::send);
      }
      case GZIP -> {
        String type = request.stream() ? "text/event-stream" : "application/json";
        steps.add(head(type, List.of(Map.entry("Content-Encoding", "gzip"))));
        steps.send(gzip(events));
      }
      case NOTHING -> steps.add(head("text/event-stream; charset=utf-8", List.of()));
    }
    return steps.add(new Step.End()).build();
  }

  private Step.Head head(String type, List<Map.Entry<String, String>> more) {
    var headers = new ArrayList<Map.Entry<String, String>>();
    headers.add(Map.entry("Content-Type", type));
    headers.add(Map.entry("Cache-Control", "no-cache"));
    headers.add(Map.entry("x-request-id", "req_" + call.attempt()));
    headers.add(Map.entry("x-ratelimit-remaining-requests", "9999"));
    headers.addAll(more);
    return new Step.Head(200, headers);
  }

  private void send(Cuts.Segment event) {
    if (event.kind() == Chunks.Kind.TOKEN) {
      if (call.fault().fault() instanceof Fault.Trickle trickle) {
        steps.add(new Step.Wait(trickle.every()));
      } else if (config.tokensPerSecond() > 0) {
        steps.add(new Step.Wait(Duration.ofNanos((long) (1e9 / config.tokensPerSecond()))));
      }
    }
    sendBytes(event.bytes());
  }

  private void sendBytes(byte[] bytes) {
    if (!call.fault().has(Quirk.ONE_BYTE)) {
      steps.send(bytes);
      return;
    }
    for (byte b : bytes) {
      steps.send(new byte[] {b});
    }
  }

  private Script.Builder wait(Duration silence) {
    return silence.isZero() ? steps : steps.add(new Step.Wait(silence));
  }

  private void pause(Fault.Pause fault) {
    Duration left = fault.lasting();
    Duration each = fault.keepAlive();
    while (each != null && left.compareTo(each) > 0) {
      steps.add(new Step.Wait(each)).send(framing.keepAlive());
      left = left.minus(each);
    }
    steps.add(new Step.Wait(left));
  }

  private void huge(Fault.HugeEvent fault) {
    String shell = chunks.odd("[]", ",\"filler\":\"*\"");
    int star = shell.indexOf('*');
    byte[] opened = framing.event(shell.substring(0, star) + "\u0000" + shell.substring(star + 1));
    int at = indexOf(opened, (byte) 0);
    steps.send(Cuts.head(opened, at));
    filler(fault);
    steps.send(Cuts.tail(opened, at + 1));
  }

  private void filler(Fault.HugeEvent fault) {
    for (int sent = 0; sent < fault.mebibytes() * MEBIBYTE; sent += FILLER.length) {
      steps.send(FILLER);
    }
  }

  private static int indexOf(byte[] bytes, byte wanted) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    throw new IllegalStateException("expected the mark in the event");
  }

  private static byte[] gzip(List<Cuts.Segment> events) {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      for (Cuts.Segment event : events) {
        gzip.write(event.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return packed.toByteArray();
  }

  private static byte[] filler() {
    byte[] bytes = new byte[64 * 1024];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  private static IllegalStateException unreachable(Fault fault) {
    return new IllegalStateException("expected " + fault.text() + " to be answered earlier");
  }
}

package dev.holdfast.client;

import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A simulated provider for a test, and what it would say unbroken. */
final class Upstreams implements AutoCloseable {
  static final String PROMPT = "Tell story 1 [prose].";

  private final SimulatorServer server = SimulatorServer.start();
  private final AtomicInteger names = new AtomicInteger();
  private String last = "";

  /** A base URL whose calls are broken by this plan. */
  String at(String plan) {
    return at(plan, ProviderConfig.DEFAULTS);
  }

  String at(String plan, Manner manner) {
    return at(plan, ProviderConfig.DEFAULTS.withManner(manner));
  }

  String at(String plan, ProviderConfig config) {
    last = "u" + names.incrementAndGet();
    return server.add(last, FaultPlan.parse(plan), config);
  }

  /** How many calls the place that was added last has had. */
  int calls() {
    return server.attempts(last);
  }

  /** The bodies of the calls that the place that was added last has had. */
  List<String> bodies() {
    return server.calls(last).stream().map(call -> call.bodyText()).toList();
  }

  SimulatorServer server() {
    return server;
  }

  String lastName() {
    return last;
  }

  /** The request that {@link #unbroken} answers. */
  static ChatRequest request() {
    return ChatRequest.of("m", Message.user(PROMPT));
  }

  /** The text that one unbroken call gives. */
  static String unbroken() {
    return unbroken(PROMPT);
  }

  static String unbroken(String prompt) {
    var said = "user: " + prompt + "\n";
    return new Model(1).answer(new Prompt(said, false, false, null, 0)).text();
  }

  /** The beginning of that text. */
  static String firstTokens(int count) {
    var said = "user: " + PROMPT + "\n";
    var tokens = new Model(1).answer(new Prompt(said, false, false, null, 0)).textTokens();
    return String.join("", tokens.subList(0, count));
  }

  @Override
  public void close() {
    server.close();
  }
}

package dev.holdfast.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The ports that a command line may name. */
final class Ports {
  private static final int PORT_MAX = 65_535;

  private Ports() {}

  /**
   * @throws ParameterException if there is no such port
   */
  static int checked(CommandSpec spec, int port) {
    if (port < 0 || port > PORT_MAX) {
      throw new ParameterException(
          spec.commandLine(), "--port: expected a port from 0 to " + PORT_MAX + ", got " + port);
    }
    return port;
  }
}

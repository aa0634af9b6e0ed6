/**
 * What the relay is told before it starts: one YAML file or the environment, checked once and then
 * never again. {@link RelayConfig} is the way in; what could not be read is a list of {@link
 * ConfigProblem}s, all at once, and nothing starts.
 */
@NullMarked
package dev.holdfast.relay.config;

import org.jspecify.annotations.NullMarked;

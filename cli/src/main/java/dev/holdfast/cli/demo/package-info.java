/** The demo: a provider that misbehaves, the relay, plain readers, and what came of it. */
@NullMarked
package dev.holdfast.cli.demo;

import org.jspecify.annotations.NullMarked;

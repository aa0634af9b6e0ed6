/**
 * The sans-IO core: facts in, commands out. Nothing in here opens a socket, starts a thread or
 * reads a clock.
 */
@NullMarked
package dev.holdfast.engine;

import org.jspecify.annotations.NullMarked;

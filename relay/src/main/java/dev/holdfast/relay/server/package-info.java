/**
 * The server: one event loop is the home of a session. Takes requests in, drives the machines of
 * the engine, and turns their commands into sockets. Holds no policy of repair.
 */
@NullMarked
package dev.holdfast.relay.server;

import org.jspecify.annotations.NullMarked;

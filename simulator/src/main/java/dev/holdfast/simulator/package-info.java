/** A provider that misbehaves on request, over real sockets, and a world in virtual time. */
@NullMarked
package dev.holdfast.simulator;

import org.jspecify.annotations.NullMarked;

/**
 * The server: speaks the providers' own wire formats on both sides and drives the engine on Vert.x.
 */
@NullMarked
package dev.holdfast.relay;

import org.jspecify.annotations.NullMarked;

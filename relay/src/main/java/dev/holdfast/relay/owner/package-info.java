/**
 * Who calls, and whether a call may be answered at all: pure decisions over header values, made
 * before any look-up.
 */
@NullMarked
package dev.holdfast.relay.owner;

import org.jspecify.annotations.NullMarked;

/**
 * Server-sent events on the wire: one incremental decoder, one encoder, one normaliser.
 *
 * <p>The rules are those of the WHATWG HTML standard, section "Server-sent events", read as bytes.
 */
@NullMarked
package dev.holdfast.engine.sse;

import org.jspecify.annotations.NullMarked;

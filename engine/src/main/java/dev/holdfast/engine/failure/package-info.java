/**
 * What can go wrong with an answer: one sealed family, and how the wire's evidence is turned into
 * it.
 */
@NullMarked
package dev.holdfast.engine.failure;

import org.jspecify.annotations.NullMarked;

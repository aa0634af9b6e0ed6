/**
 * When to try again: policy, waits with jitter, hints in every form, and the bounds of a session.
 */
@NullMarked
package dev.holdfast.engine.retry;

import org.jspecify.annotations.NullMarked;

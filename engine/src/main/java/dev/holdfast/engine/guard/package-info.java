/**
 * What protects an upstream from many sessions at once: breaker, waiting line, budget, recovery
 * slots. Shared between threads; everything else in the engine is not.
 */
@NullMarked
package dev.holdfast.engine.guard;

import org.jspecify.annotations.NullMarked;

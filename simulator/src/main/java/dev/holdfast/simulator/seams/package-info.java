/**
 * A campaign of broken answers that are joined by every rung of the ladder, and judged by what came
 * out. Part of the repository's own means of measuring.
 */
@NullMarked
package dev.holdfast.simulator.seams;

import org.jspecify.annotations.NullMarked;

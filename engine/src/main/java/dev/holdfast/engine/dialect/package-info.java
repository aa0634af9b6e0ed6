/**
 * What a stream means on the wire of a provider, how to ask for more, and what is known of each
 * provider.
 */
@NullMarked
package dev.holdfast.engine.dialect;

import org.jspecify.annotations.NullMarked;

/** A language model that is a pure function, so that the unbroken answer is always known. */
@NullMarked
package dev.holdfast.simulator.model;

import org.jspecify.annotations.NullMarked;

/** The command line: demo, relay, simulate, world. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;

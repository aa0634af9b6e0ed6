/** The machine that drives the attempts of one session: facts in, commands out. */
@NullMarked
package dev.holdfast.engine.session;

import org.jspecify.annotations.NullMarked;

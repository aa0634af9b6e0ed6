/** Tokens and money, added up over the attempts of a session. */
@NullMarked
package dev.holdfast.engine.usage;

import org.jspecify.annotations.NullMarked;

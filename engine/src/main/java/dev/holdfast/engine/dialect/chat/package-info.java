/** The wire format of OpenAI's chat completions, with the variation of compatible providers. */
@NullMarked
package dev.holdfast.engine.dialect.chat;

import org.jspecify.annotations.NullMarked;

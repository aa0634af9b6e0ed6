/** The OpenAI chat-completions dialect and what its many speakers make of it. */
@NullMarked
package dev.holdfast.engine.dialect.chat;

import org.jspecify.annotations.NullMarked;

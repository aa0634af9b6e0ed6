/**
 * What an OpenAI-compatible provider sends, as steps that a socket server or a world in virtual
 * time carries out.
 */
@NullMarked
package dev.holdfast.simulator.provider;

import org.jspecify.annotations.NullMarked;

/**
 * The text at a seam: how the end of a text is named so that a model can find it again, and what of
 * a continuation's text is new. Knows no wire format; each dialect feeds it text and shows what it
 * lets through.
 */
@NullMarked
package dev.holdfast.engine.dialect.seam;

import org.jspecify.annotations.NullMarked;

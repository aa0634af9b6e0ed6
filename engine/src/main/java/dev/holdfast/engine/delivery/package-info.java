/**
 * The reader's half of a session: cursors, commit of the head, comments, and how an answer ends for
 * who reads it.
 */
@NullMarked
package dev.holdfast.engine.delivery;

import org.jspecify.annotations.NullMarked;

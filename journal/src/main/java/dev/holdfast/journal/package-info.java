/**
 * Where the events of a session are kept: the asynchronous port {@link
 * dev.holdfast.journal.SessionStore}, the store in memory, and a store that is late and fails on
 * purpose.
 */
@NullMarked
package dev.holdfast.journal;

import org.jspecify.annotations.NullMarked;

/** Where the events of a session are kept: the asynchronous port and the store in memory. */
@NullMarked
package dev.holdfast.journal;

import org.jspecify.annotations.NullMarked;

/** Programs that nobody here wrote, put before and behind the relay. */
@org.jspecify.annotations.NullMarked
package dev.holdfast.peers;

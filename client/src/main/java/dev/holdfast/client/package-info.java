/**
 * The Java library: streams an answer over {@code java.net.http} and keeps it whole. {@link
 * dev.holdfast.client.Holdfast} is where to begin.
 */
@NullMarked
package dev.holdfast.client;

import org.jspecify.annotations.NullMarked;

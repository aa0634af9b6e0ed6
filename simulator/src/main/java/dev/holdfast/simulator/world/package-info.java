/**
 * The world: sessions, guards, a store, scripted upstreams and readers in virtual time, all drawn
 * from a seed, with checkers that stand outside the system and know only what was seen there.
 */
@NullMarked
package dev.holdfast.simulator.world;

import org.jspecify.annotations.NullMarked;

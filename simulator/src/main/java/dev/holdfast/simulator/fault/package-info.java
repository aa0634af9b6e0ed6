/**
 * What a simulated provider does wrong, as values: faults, plans of faults, and the table of cases.
 */
@NullMarked
package dev.holdfast.simulator.fault;

import org.jspecify.annotations.NullMarked;

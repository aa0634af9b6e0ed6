package dev.holdfast.simulator.world;

import java.util.List;
import java.util.Optional;

/**
 * What became of a run.
 *
 * @param seed of the run
 * @param steps tasks that ran
 * @param faults that struck
 * @param calls to upstreams
 * @param complete sessions whose answer was whole
 * @param failed sessions that ended with an error
 * @param seams continuations that joined
 * @param violation what should never be; empty if all was well
 * @param trace line by line, if it was wanted
 */
record Report(
    long seed,
    long steps,
    int faults,
    int calls,
    int complete,
    int failed,
    int seams,
    Optional<String> violation,
    List<String> trace) {}

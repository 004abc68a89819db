/// A simulator in the spirit of TigerBeetle's: several processes at random work on one repository over a storage that
/// fails, crashes and lies as its seed says, on simulated time, every interleaving chosen by the seed; after every
/// call that could harm, what is listed is held against a plain model. One thread, some thousand storage calls a
/// second, and the same seed is always the same history.
@NullMarked
package holdfast.simulation;

import org.jspecify.annotations.NullMarked;

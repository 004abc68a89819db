/// How fast the engine's inner loops are, warm and in a process that has just started. No gates:
/// speeds are no claims on a shared machine.
@NullMarked
package holdfast.bench;

import org.jspecify.annotations.NullMarked;

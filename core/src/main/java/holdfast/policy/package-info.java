/// What to keep and why. Pure: no clock, no storage, no logger; may use `model` only.
@NullMarked
package holdfast.policy;

import org.jspecify.annotations.NullMarked;

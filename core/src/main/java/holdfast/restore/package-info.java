/// The verb that brings a snapshot back: planned first, written aside, checked, and only then put in
/// place. May use everything below, no other verb.
@NullMarked
package holdfast.restore;

import org.jspecify.annotations.NullMarked;

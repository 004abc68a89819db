/// Black-box tests: the program as a user starts it, real databases, the real restic, processes that are killed.
@NullMarked
package holdfast.systest;

import org.jspecify.annotations.NullMarked;

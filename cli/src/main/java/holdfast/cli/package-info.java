/// The `holdfast` program: one class per command, what they share of options, environment and console, and the
/// wiring of storages and sources. The only package that may read the environment, the clock and the terminal;
/// nothing depends on it.
@NullMarked
package holdfast.cli;

import org.jspecify.annotations.NullMarked;

/// What the `holdfast` script runs once after a build, to make every later start quick. Not part of the program.
@NullMarked
package holdfast.cli.launch;

import org.jspecify.annotations.NullMarked;

/// What shells and manual readers are told about the commands, made from the commands themselves: completion scripts
/// and manual pages. Pure; may use picocli's model only.
@NullMarked
package holdfast.cli.guide;

import org.jspecify.annotations.NullMarked;

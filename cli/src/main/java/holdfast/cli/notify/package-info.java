/// Tells people elsewhere how a run ended. A message that cannot be delivered is a warning, never a
/// failure of the run. May use `holdfast.cli.console` for JSON.
@NullMarked
package holdfast.cli.notify;

import org.jspecify.annotations.NullMarked;

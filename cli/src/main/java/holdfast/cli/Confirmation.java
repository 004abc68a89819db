package holdfast.cli;

import holdfast.cli.console.Terminal;
import holdfast.model.HoldfastException;
import java.util.Optional;

/// Asks before something is overwritten or deleted: only the word `yes`, or `--yes`, will do.
final class Confirmation {
    private final Terminal terminal;

    Confirmation(Terminal terminal) {
        this.terminal = terminal;
    }

    /// @param question what is about to happen, for instance `Restore over /srv/app.db?`
    /// @param yes whether the command line said yes already
    /// @throws HoldfastException.BadUsage when nobody can be asked
    /// @throws HoldfastException.PreCheckFailed when the answer is not yes; nothing was done
    void require(String question, boolean yes) {
        if (yes) {
            return;
        }
        if (!terminal.canAsk()) {
            throw new HoldfastException.BadUsage(
                    "this needs a confirmation, and there is no terminal to ask on", "add --yes if you are sure");
        }
        Optional<String> answer = terminal.ask(question + " Type 'yes' to go on:");
        if (!answer.map(String::strip).filter("yes"::equals).isPresent()) {
            throw new HoldfastException.PreCheckFailed("not confirmed, so nothing was done", "");
        }
    }
}

package holdfast.cli.console;

import java.util.Optional;

/// Whoever sits in front of the program, if anybody does.
public interface Terminal {
    /// Whether questions can be asked and will be answered.
    boolean canAsk();

    /// Whether stdout (stderr) is shown to a person rather than written to a file or pipe.
    boolean outIsShown();

    boolean errIsShown();

    /// Whether it does as control sequences say, so that a line can be written over.
    boolean moves();

    /// Characters a line holds at present.
    int columns();

    /// Asks and waits for a line; empty when there is none to come.
    Optional<String> ask(String question);

    /// As [#ask], without showing what is typed.
    Optional<String> askSecret(String question);
}

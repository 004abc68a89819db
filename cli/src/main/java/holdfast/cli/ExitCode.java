package holdfast.cli;

/// What the program's end says to whoever called it; documented in `docs/COMMANDS.md` and never changed.
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    /// The command line, environment or configuration is wrong; nothing was done.
    static final int BAD_USAGE = 2;
    /// Done, but some of it is missing: for instance files that could not be read.
    static final int INCOMPLETE = 3;
    /// A check beforehand says that it would not work; nothing was done.
    static final int PRE_CHECK_FAILED = 4;
    /// Something is damaged.
    static final int DAMAGED = 9;

    static final int NO_REPOSITORY = 10;
    static final int LOCKED = 11;
    static final int WRONG_PASSWORD = 12;
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}

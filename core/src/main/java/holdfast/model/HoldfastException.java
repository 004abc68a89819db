package holdfast.model;

import org.jspecify.annotations.Nullable;

/// What went wrong and can be acted on by the person who runs Holdfast. The message reads `what failed, on what:
/// why`; the hint says what to do next. One subclass per action; the program's exit code follows from the class.
/// Carries no secret.
@SuppressWarnings("serial")
public abstract sealed class HoldfastException extends RuntimeException {
    private final String hint;

    private HoldfastException(String message, String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    /// What to do about it, one sentence; may be empty.
    public String hint() {
        return hint;
    }

    /// It did not work: a storage, disk, network or database said no.
    public static final class Failed extends HoldfastException {
        public Failed(String message, String hint, @Nullable Throwable cause) {
            super(message, hint, cause);
        }

        public Failed(String message, String hint) {
            this(message, hint, null);
        }
    }

    /// The command line, environment or configuration cannot be meant that way.
    public static final class BadUsage extends HoldfastException {
        public BadUsage(String message, String hint) {
            super(message, hint, null);
        }
    }

    /// A check made before anything was touched says that it would not work; nothing was done.
    public static final class PreCheckFailed extends HoldfastException {
        public PreCheckFailed(String message, String hint, @Nullable Throwable cause) {
            super(message, hint, cause);
        }

        public PreCheckFailed(String message, String hint) {
            this(message, hint, null);
        }
    }

    /// Stored or restored content is not what it should be.
    public static final class Damaged extends HoldfastException {
        public Damaged(String message, String hint, @Nullable Throwable cause) {
            super(message, hint, cause);
        }

        public Damaged(String message, String hint) {
            this(message, hint, null);
        }
    }

    /// There is no repository at that place.
    public static final class NoRepository extends HoldfastException {
        public NoRepository(String message, String hint) {
            super(message, hint, null);
        }
    }

    /// Somebody else holds a lock that forbids this.
    public static final class Locked extends HoldfastException {
        public Locked(String message, String hint) {
            super(message, hint, null);
        }
    }

    /// No key of the repository opens with this password.
    public static final class WrongPassword extends HoldfastException {
        public WrongPassword(String message, String hint) {
            super(message, hint, null);
        }
    }

    /// The user or the system asked us to stop.
    public static final class Interrupted extends HoldfastException {
        public Interrupted(String message, String hint) {
            super(message, hint, null);
        }
    }
}

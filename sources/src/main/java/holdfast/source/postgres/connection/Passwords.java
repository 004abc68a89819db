package holdfast.source.postgres.connection;

import java.util.Optional;

/// The one password that was given, or a file that has one for each server, database and user.
/// Shows none.
///
/// @param given empty when none was given
/// @param origin where it was given, for people: `the URL`
record Passwords(String given, String origin, PasswordFile file) {
    /// Empty when there is none.
    String password(Server server, String database, String user) {
        return given.isEmpty() ? file.password(server, database, user).orElse("") : given;
    }

    /// Where a password is from, for people; empty when there is none.
    Optional<String> origin(Server server, String database, String user) {
        if (!given.isEmpty()) {
            return Optional.of(origin);
        }
        return file.password(server, database, user).map(_ -> "the password file " + file.path());
    }

    @Override
    public String toString() {
        return "***";
    }
}

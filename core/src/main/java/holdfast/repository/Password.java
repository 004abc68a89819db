package holdfast.repository;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What opens a key of the repository. Never shown.
public final class Password {
    private final byte[] utf8;

    private Password(byte[] utf8) {
        this.utf8 = utf8;
    }

    /// @throws IllegalArgumentException when it is empty; see [#empty]
    public static Password of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The password whose UTF-8 (or other) bytes are these; the array is copied.
    ///
    /// @throws IllegalArgumentException when it is empty; see [#empty]
    public static Password of(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("the password is empty");
        }
        return new Password(bytes.clone());
    }

    /// The empty password, for whoever insists: anybody who gets at the storage can read it. restic reads such a
    /// repository from version 0.17 on, with `--insecure-no-password`.
    public static Password empty() {
        return new Password(new byte[0]);
    }

    byte[] bytes() {
        return utf8.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Password password && Arrays.equals(utf8, password.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return "***";
    }
}

package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.util.List;

/// The passwords that open the repository: each has a key file of its own, all hold the same master key.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Keys {
    Keys() {}

    /// All keys, oldest first.
    ///
    /// @throws HoldfastException.Damaged when a key file is damaged
    public List<KeyInfo> list() throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Lets a further password open the repository. The new key is read again and opened before this returns.
    public ObjectId add(Password password) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Removes a key, given by its id or the beginning of it.
    ///
    /// @throws HoldfastException.BadUsage when none or several fit, or it is the key in use or the last one
    public ObjectId remove(String idOrPrefix) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// Adds a key for the new password, makes sure that it opens, then removes the key in use; the new one is
    /// in use from then on.
    public ObjectId changePassword(Password password) throws IOException {
        throw new UnsupportedOperationException();
    }
}

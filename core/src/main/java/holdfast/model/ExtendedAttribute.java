package holdfast.model;

import java.util.Arrays;

/// One extended attribute of a file, for instance `user.comment` or `system.posix_acl_access`. Equal by value; the
/// array is not copied and must not be changed.
public record ExtendedAttribute(String name, byte[] value) {
    @Override
    public boolean equals(Object other) {
        return other instanceof ExtendedAttribute(String n, byte[] v) && name.equals(n) && Arrays.equals(value, v);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(value);
    }
}

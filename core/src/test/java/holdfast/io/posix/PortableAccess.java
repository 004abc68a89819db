package holdfast.io.posix;

/// Lets the tests of other packages use the access that stands in where the system is not known.
public final class PortableAccess {
    private PortableAccess() {}

    public static HostFiles files() {
        return PortableFiles.INSTANCE;
    }
}

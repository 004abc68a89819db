package holdfast.io.posix;

class PortableFilesTest extends HostFilesContract {
    @Override
    HostFiles files() {
        return PortableFiles.INSTANCE;
    }
}

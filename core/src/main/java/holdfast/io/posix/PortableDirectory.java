package holdfast.io.posix;

import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A directory that is remembered by its path.
final class PortableDirectory implements OpenDirectory {
    private static final String USER = "user.";

    private final Path directory;
    private final Location at;

    PortableDirectory(Path directory, Location at) {
        this.directory = directory;
        this.at = at;
    }

    static FileSystemException refused(String path, InvalidPathException why) {
        FileSystemException refusal = new FileSystemException(path, null, "no name of this system");
        refusal.initCause(why);
        return refusal;
    }

    private Path entry(String name) throws FileSystemException {
        try {
            return directory.resolve(EntryNames.checked(name, at));
        } catch (InvalidPathException e) {
            throw refused(at.child(name).toString(), e);
        }
    }

    private Path orSelf(String name) throws FileSystemException {
        return name.equals(".") ? directory : entry(name);
    }

    @Override
    public String path() {
        return at.toString();
    }

    @Override
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                names.add(String.valueOf(entry.getFileName()));
            }
        }
        return names;
    }

    @Override
    public FileStatus status(String name) throws IOException {
        return PortableAttributes.status(orSelf(name));
    }

    @Override
    public String linkTarget(String name) throws IOException {
        return Files.readSymbolicLink(entry(name)).toString();
    }

    @Override
    public List<String> extendedAttributes(String name) throws IOException {
        UserDefinedFileAttributeView view = userView(name);
        if (view == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (String attribute : view.list()) {
            names.add(USER + attribute);
        }
        names.sort(FileNames::compare);
        return names;
    }

    @Override
    public ExtendedAttribute extendedAttribute(String name, String attribute) throws IOException {
        UserDefinedFileAttributeView view = userView(name);
        if (view == null || !view.list().contains(plain(name, attribute))) {
            throw new NoSuchFileException(at.child(name).toString(), null, "no attribute " + attribute);
        }
        ByteBuffer value = ByteBuffer.allocate(view.size(plain(name, attribute)));
        view.read(plain(name, attribute), value);
        return new ExtendedAttribute(attribute, value.array());
    }

    /// Null for nodes that cannot have attributes.
    private @Nullable UserDefinedFileAttributeView userView(String name) throws IOException {
        Path path = orSelf(name);
        NodeType type = PortableAttributes.status(path).type();
        if (type != NodeType.FILE && type != NodeType.DIRECTORY) {
            return null;
        }
        return Files.getFileAttributeView(path, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private String plain(String name, String attribute) throws FileSystemException {
        if (!attribute.startsWith(USER)) {
            throw new FileSystemException(at.child(name).toString(), null, "cannot be kept here: " + attribute);
        }
        return attribute.substring(USER.length());
    }

    @Override
    public OpenDirectory directory(String name) throws IOException {
        Path below = entry(name);
        if (PortableAttributes.status(below).type() != NodeType.DIRECTORY) {
            throw new NotDirectoryException(below.toString());
        }
        return new PortableDirectory(below, at.child(name));
    }

    @Override
    public OpenDirectory parent() {
        Path above = directory.getParent();
        Location where = at.parent() == null ? at.child("..") : at.parent();
        return new PortableDirectory(above == null ? directory : above, where);
    }

    @Override
    public OpenFile read(String name) throws IOException {
        return regular(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    @Override
    public OpenFile update(String name) throws IOException {
        return regular(name, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    private OpenFile regular(String name, Set<OpenOption> options) throws IOException {
        Path path = entry(name);
        if (PortableAttributes.status(path).type() != NodeType.FILE) {
            throw new FileSystemException(path.toString(), null, "not a regular file");
        }
        return new PortableFile(FileChannel.open(path, options), path);
    }

    @Override
    public OpenFile create(String name) throws IOException {
        Path path = entry(name);
        Set<OpenOption> options =
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        return new PortableFile(FileChannel.open(path, options, mode(path, "rw-------")), path);
    }

    private static FileAttribute<?>[] mode(Path path, String permissions) {
        if (!PortableAttributes.unix(path)) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    @Override
    public void createDirectory(String name) throws IOException {
        Path path = entry(name);
        Files.createDirectory(path, mode(path, "rwx------"));
    }

    @Override
    public void createSymbolicLink(String name, String target) throws IOException {
        try {
            Files.createSymbolicLink(entry(name), Path.of(target));
        } catch (InvalidPathException e) {
            throw refused(at.child(name).toString(), e);
        }
    }

    @Override
    public void createLink(String name, OpenDirectory from, String existing) throws IOException {
        Files.createLink(entry(name), ((PortableDirectory) from).entry(existing));
    }

    @Override
    public void createSpecial(String name, NodeType type, long device) throws IOException {
        throw new FileSystemException(entry(name).toString(), null, "cannot be made here: " + type.label());
    }

    @Override
    public void setOwner(String name, long uid, long gid) throws IOException {
        PortableAttributes.setOwner(orSelf(name), uid, gid);
    }

    @Override
    public void setMode(String name, int mode) throws IOException {
        PortableAttributes.setMode(orSelf(name), mode);
    }

    @Override
    public void setTimes(String name, Instant atime, Instant mtime) throws IOException {
        PortableAttributes.setTimes(orSelf(name), atime, mtime);
    }

    @Override
    public void setExtendedAttribute(String name, ExtendedAttribute attribute) throws IOException {
        UserDefinedFileAttributeView view = userView(name);
        String plain = plain(name, attribute.name());
        if (view == null) {
            throw new FileSystemException(at.child(name).toString(), null, "cannot have attributes here");
        }
        view.write(plain, ByteBuffer.wrap(attribute.value()));
    }

    @Override
    public void removeExtendedAttribute(String name, String attribute) throws IOException {
        UserDefinedFileAttributeView view = userView(name);
        if (view == null || !view.list().contains(plain(name, attribute))) {
            throw new NoSuchFileException(at.child(name).toString(), null, "no attribute " + attribute);
        }
        view.delete(plain(name, attribute));
    }

    @Override
    public void rename(String name, OpenDirectory to, String newName, Replacing replacing) throws IOException {
        CopyOption[] options = switch (replacing) {
            case REPLACE -> new CopyOption[] {StandardCopyOption.ATOMIC_MOVE};
            case REFUSE -> new CopyOption[0];
            case EXCHANGE ->
                throw new FileSystemException(at.child(name).toString(), null, "names cannot be swapped here");
        };
        Files.move(entry(name), ((PortableDirectory) to).entry(newName), options);
    }

    @Override
    public void deleteFile(String name) throws IOException {
        Path path = entry(name);
        if (PortableAttributes.status(path).type() == NodeType.DIRECTORY) {
            throw new FileSystemException(path.toString(), null, "is a directory");
        }
        Files.delete(path);
    }

    @Override
    public void deleteDirectory(String name) throws IOException {
        Path path = entry(name);
        if (PortableAttributes.status(path).type() != NodeType.DIRECTORY) {
            throw new NotDirectoryException(path.toString());
        }
        Files.delete(path);
    }

    @Override
    public void force() throws IOException {
        if (PortableAttributes.unix(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Override
    public void forceFileSystem() throws IOException {
        throw new FileSystemException(at.toString(), null, "a file system cannot be forced here");
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public void close() {}
}

package holdfast.storage;

import holdfast.io.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A storage in a folder of this machine, laid out exactly as restic's local backend does it: `config`, a
/// folder for each kind of file, and `data/` spread over 256 folders named by the first two digits of the ids
/// in them. Files are 0400, folders 0700. Writing is [DurableFiles]' affair; what it left over long ago is
/// removed when a folder is listed. Whatever else lies in the folders is ignored.
///
/// Names are unique among all processes where the file system has hard links, and within this process elsewhere.
/// Removing is forced to disk only of snapshots and index files, because of which packs are removed next: after a
/// power loss a snapshot must not be back without its packs. Any other removed file may be.
public final class LocalStorage implements Storage {
    private static final String DATA = "data";
    private static final String CONFIG = "config";
    private static final List<String> KINDS = List.of("keys", "locks", "snapshots", "index", DATA);
    private static final Set<String> REMOVED_FOR_GOOD = Set.of("snapshots", "index");
    private static final int SLICE_BYTES = 1 << 18;
    private static final long HEAP = Runtime.getRuntime().maxMemory();
    /// The longest file that is read as a whole: of packs, and of what is small by nature and read several at a time.
    private static final long PACK_BYTES_MAX = Math.min(Integer.MAX_VALUE - 8, HEAP / 2);

    private static final long SMALL_BYTES_MAX = Math.min(Integer.MAX_VALUE - 8, HEAP / 16);

    private final Path root;

    /// A storage in `root`, which need not exist: it is created when a repository is created in it, that is
    /// when its first key or its configuration is put, but never by other files, which would then lie on the
    /// wrong disk.
    public LocalStorage(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
        Path file = file(name);
        if (name.equals(CONFIG)) {
            createLayout();
            DurableFiles.removeLeftOvers(root);
        }
        try {
            DurableFiles.write(file, content);
        } catch (NoSuchFileException e) {
            if (!Files.isDirectory(root) && !name.startsWith("keys/")) {
                throw e;
            }
            DurableFiles.createFolders(folder(file));
            DurableFiles.write(file, content);
        }
    }

    private void createLayout() throws IOException {
        for (String kind : KINDS) {
            DurableFiles.createFolders(root.resolve(kind));
        }
        Path data = root.resolve(DATA);
        for (int first = 0; first < 256; first++) {
            DurableFiles.createFolder(data.resolve(HexFormat.of().toHexDigits((byte) first)));
        }
        DurableFiles.forceFolder(data);
    }

    @Override
    public ByteBuffer get(String name) throws IOException {
        try (FileChannel file = FileChannel.open(file(name), StandardOpenOption.READ)) {
            long size = file.size();
            if (size > (name.startsWith(DATA) ? PACK_BYTES_MAX : SMALL_BYTES_MAX)) {
                throw new IOException(
                        file(name) + ": file too large: " + size + " bytes for a process of " + (HEAP >> 20) + " MiB");
            }
            return read(file, name, 0, (int) size, size);
        }
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws IOException {
        ByteRange.check(offset, length);
        try (FileChannel file = FileChannel.open(file(name), StandardOpenOption.READ)) {
            return read(file, name, offset, length, file.size());
        }
    }

    /// Reads into one heap buffer of just that size: the collector frees it by itself and soon, while direct
    /// memory waits for the collector to find a reason to run. The JDK copies through a direct buffer of its
    /// own, which costs next to nothing, and which stays small because we ask for slices.
    private static ByteBuffer read(FileChannel file, String name, long offset, int length, long size)
            throws IOException {
        if (offset > size - length) {
            throw ByteRange.beyond(name, offset, length, size);
        }
        ByteBuffer content = ByteBuffer.allocate(length);
        while (content.position() < length) {
            content.limit(Math.min(length, content.position() + SLICE_BYTES));
            if (file.read(content, offset + content.position()) < 0) {
                throw ByteRange.beyond(name, offset, length, offset + content.position());
            }
        }
        return content.flip();
    }

    @Override
    public Stream<StoredFile> list(String prefix) throws IOException {
        String kind = StorageNames.kind(prefix);
        Path folder = root.resolve(kind);
        if (!kind.equals(DATA)) {
            return files(folder, prefix, "").stream();
        }
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        return IntStream.range(0, 256).boxed().flatMap(first -> {
            String digits = HexFormat.of().toHexDigits(first.byteValue());
            try {
                return files(folder.resolve(digits), prefix, digits).stream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static List<StoredFile> files(Path folder, String prefix, String digits) throws IOException {
        List<StoredFile> files = new ArrayList<>();
        boolean leftOvers = false;
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path file : names) {
                String name = file.getFileName().toString();
                leftOvers |= DurableFiles.isAside(name);
                if (StorageNames.id(name) && name.startsWith(digits)) {
                    add(files, prefix + name, file);
                }
            }
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (leftOvers) {
            DurableFiles.removeLeftOvers(folder);
        }
        return files;
    }

    private static void add(List<StoredFile> files, String name, Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isRegularFile()) {
                files.add(new StoredFile(name, attributes.size()));
            }
        } catch (NoSuchFileException _) {
            // removed since the folder was read
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = file(name);
        if (Files.deleteIfExists(file)
                && REMOVED_FOR_GOOD.contains(name.substring(0, Math.max(0, name.indexOf('/'))))) {
            DurableFiles.forceFolder(folder(file));
        }
    }

    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public void close() {}

    private Path file(String name) {
        StorageNames.requireValid(name);
        String data = DATA + "/";
        if (!name.startsWith(data)) {
            return root.resolve(name);
        }
        String id = name.substring(data.length());
        return root.resolve(DATA).resolve(id.substring(0, 2)).resolve(id);
    }

    private static Path folder(Path file) {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalArgumentException("no file: " + file);
        }
        return folder;
    }
}

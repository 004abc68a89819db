package holdfast.source;

import holdfast.io.posix.FileStatus;
import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Compares two directory trees with everything a file system knows of them. Names, types, contents and link targets
/// always count. Used by one thread, once.
public final class TreeComparison {
    /// What may be left out of a comparison.
    public enum Aspect {
        MODE,
        OWNER,
        /// Nanoseconds included.
        MTIME,
        /// Left out unless asked for: reading changes it.
        ATIME,
        EXTENDED_ATTRIBUTES,
        /// Which names share an inode.
        HARD_LINKS,
        DEVICE_NUMBERS,
        /// Left out unless asked for: the right side may not take much more room than the left.
        SPARSENESS,
        /// The attributes of the two roots themselves.
        ROOT
    }

    private static final int BLOCK = 1 << 20;
    private static final int MOST_DIFFERENCES = 200;

    private final Set<Aspect> aspects;
    private final List<String> differences = new ArrayList<>();
    private final ByteBuffer left = ByteBuffer.allocateDirect(BLOCK);
    private final ByteBuffer right = ByteBuffer.allocateDirect(BLOCK);
    private final Map<String, List<String>> leftLinks = new TreeMap<>();
    private final Map<String, List<String>> rightLinks = new TreeMap<>();

    private TreeComparison(Set<Aspect> aspects) {
        this.aspects = aspects;
    }

    /// Every aspect but the time of the last access and sparseness.
    public static Set<Aspect> strict() {
        return EnumSet.complementOf(EnumSet.of(Aspect.ATIME, Aspect.SPARSENESS));
    }

    /// As [#differences(Path, Path, Set)], strictly.
    public static List<String> differences(Path expected, Path actual) throws IOException {
        return differences(expected, actual, strict());
    }

    /// What differs, one line each with the path relative to the roots; empty when the trees are the same. At most
    /// 200 are told.
    public static List<String> differences(Path expected, Path actual, Set<Aspect> aspects) throws IOException {
        TreeComparison comparison = new TreeComparison(aspects);
        HostFiles files = HostFiles.system();
        try (OpenDirectory one = files.open(expected.toAbsolutePath().toString());
                OpenDirectory two = files.open(actual.toAbsolutePath().toString())) {
            if (aspects.contains(Aspect.ROOT)) {
                comparison.compareAttributes(".", one, two, ".");
            }
            comparison.compareEntries("", one, two);
        }
        if (aspects.contains(Aspect.HARD_LINKS)) {
            comparison.compareLinks();
        }
        return comparison.differences;
    }

    private void differ(String path, String what, Object expected, Object actual) {
        if (differences.size() < MOST_DIFFERENCES) {
            differences.add(FileNames.display(path) + ": " + what + ": expected " + expected + " but was " + actual);
        }
    }

    private void same(String path, String what, Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            differ(path, what, expected, actual);
        }
    }

    private void compareEntries(String path, OpenDirectory one, OpenDirectory two) throws IOException {
        Set<String> names = new TreeSet<>(FileNames::compare);
        Set<String> there = new TreeSet<>(FileNames::compare);
        names.addAll(one.names());
        there.addAll(two.names());
        for (String name : names) {
            String below = path + "/" + name;
            if (there.remove(name)) {
                compare(below, one, two, name);
            } else {
                differ(below, "name", "present", "absent");
            }
        }
        for (String name : there) {
            differ(path + "/" + name, "name", "absent", "present");
        }
    }

    private void compare(String path, OpenDirectory one, OpenDirectory two, String name) throws IOException {
        FileStatus expected = one.status(name);
        FileStatus actual = two.status(name);
        if (expected.type() != actual.type()) {
            differ(path, "type", expected.type(), actual.type());
            return;
        }
        switch (expected.type()) {
            case FILE -> compareContent(path, one, two, name);
            case DIRECTORY -> {
                try (OpenDirectory a = one.directory(name);
                        OpenDirectory b = two.directory(name)) {
                    compareEntries(path, a, b);
                }
            }
            case SYMLINK -> same(path, "link target", one.linkTarget(name), two.linkTarget(name));
            case DEVICE, CHARACTER_DEVICE, FIFO, SOCKET, IRREGULAR -> {}
        }
        compareAttributes(path, one, two, name);
        if (expected.type() != NodeType.DIRECTORY) {
            rememberLinks(leftLinks, path, expected);
            rememberLinks(rightLinks, path, actual);
        }
    }

    private void compareAttributes(String path, OpenDirectory one, OpenDirectory two, String name) throws IOException {
        FileStatus expected = one.status(name);
        FileStatus actual = two.status(name);
        if (aspects.contains(Aspect.MODE)) {
            same(path, "mode", Integer.toOctalString(expected.mode()), Integer.toOctalString(actual.mode()));
        }
        if (aspects.contains(Aspect.OWNER)) {
            same(path, "owner", expected.uid() + ":" + expected.gid(), actual.uid() + ":" + actual.gid());
        }
        if (aspects.contains(Aspect.MTIME)) {
            same(path, "mtime", expected.mtime(), actual.mtime());
        }
        if (aspects.contains(Aspect.ATIME)) {
            same(path, "atime", expected.atime(), actual.atime());
        }
        if (aspects.contains(Aspect.EXTENDED_ATTRIBUTES)) {
            same(path, "extended attributes", attributes(one, name), attributes(two, name));
        }
        if (aspects.contains(Aspect.DEVICE_NUMBERS)) {
            same(path, "device", Long.toHexString(expected.device()), Long.toHexString(actual.device()));
        }
        boolean loose = actual.allocated() > expected.allocated() + expected.allocated() / 8 + (128 << 10);
        if (aspects.contains(Aspect.SPARSENESS) && expected.type() == NodeType.FILE && loose) {
            differ(path, "allocated bytes", expected.allocated(), actual.allocated());
        }
    }

    private static Map<String, String> attributes(OpenDirectory directory, String name) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (String attribute : directory.extendedAttributes(name)) {
            ExtendedAttribute value = directory.extendedAttribute(name, attribute);
            all.put(attribute, java.util.HexFormat.of().formatHex(value.value()));
        }
        return all;
    }

    private void compareContent(String path, OpenDirectory one, OpenDirectory two, String name) throws IOException {
        try (OpenFile a = one.read(name);
                OpenFile b = two.read(name)) {
            long size = a.status().size();
            if (size != b.status().size()) {
                differ(path, "size", size, b.status().size());
                return;
            }
            long at = 0;
            while (at < size) {
                at = Math.min(a.nextData(at), b.nextData(at));
                fill(a, left, at);
                fill(b, right, at);
                int mismatch = left.mismatch(right);
                if (mismatch >= 0) {
                    differ(path, "content at " + (at + mismatch), byteAt(left, mismatch), byteAt(right, mismatch));
                    return;
                }
                at += left.remaining();
                if (!left.hasRemaining() && at < size) {
                    differ(path, "content", "readable", "cut off at " + at);
                    return;
                }
            }
        }
    }

    private static String byteAt(ByteBuffer buffer, int index) {
        return index < buffer.limit() ? String.format("%02x", buffer.get(index)) : "end";
    }

    private static void fill(OpenFile file, ByteBuffer buffer, long from) throws IOException {
        buffer.clear();
        long at = from;
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, at);
            if (read < 0) {
                break;
            }
            at += read;
        }
        buffer.flip();
    }

    private static void rememberLinks(Map<String, List<String>> links, String path, FileStatus status) {
        if (status.links() > 1) {
            links.computeIfAbsent(status.deviceId() + ":" + status.inode(), _ -> new ArrayList<>())
                    .add(path);
        }
    }

    private void compareLinks() {
        Set<String> expected = groups(leftLinks);
        Set<String> actual = groups(rightLinks);
        for (String group : expected) {
            if (!actual.remove(group)) {
                differ(group, "hard links", "one inode", "several");
            }
        }
        for (String group : actual) {
            differ(group, "hard links", "several inodes", "one");
        }
    }

    private static Set<String> groups(Map<String, List<String>> links) {
        Set<String> groups = new TreeSet<>();
        links.values().stream()
                .filter(group -> group.size() > 1)
                .forEach(group -> groups.add(String.join(" = ", group)));
        return groups;
    }
}

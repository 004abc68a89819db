package holdfast.source;

import holdfast.io.posix.HostFiles;
import holdfast.io.posix.OpenDirectory;
import holdfast.io.posix.OpenFile;
import holdfast.model.ExtendedAttribute;
import holdfast.model.FileNames;
import holdfast.model.NodeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Builds a tree of everything that a Linux file system can hold and that backups are known to stumble over. The same
/// seed builds the same tree, but for times of change, inodes and what it takes on the disk. Needs Linux. Removed with
/// [TreeRemoval], for paths in it may be too long for `java.nio`.
public final class NastyTree {
    /// What goes in.
    public enum Part {
        /// Bytes that are no UTF-8, control characters, quotes, patterns, 255 bytes, a leading dash.
        NAMES,
        /// Symbolic links: dangling, circular, to odd bytes, 4000 bytes long.
        LINKS,
        HARD_LINKS,
        /// Files with holes at the start, middle and end, and one without any data.
        SPARSE,
        /// `user.` attributes on files and directories.
        ATTRIBUTES,
        /// POSIX ACLs, on a file and as a directory's default.
        ACLS,
        /// FIFO and socket.
        SPECIAL,
        /// Block and character devices. Needs root.
        DEVICES,
        /// Owners without a name, up to the greatest number; `trusted.` attributes on links. Needs root.
        OWNERS,
        /// Before 1970, far in the future, with every nanosecond counting.
        TIMES,
        /// Setuid, setgid, sticky, none at all, and a directory that may not be written.
        MODES,
        /// Paths of more than 4096 bytes.
        DEEP,
        /// Empty files and directories.
        EMPTY,
        /// A file of 20 MiB and one of 3 MiB, random.
        LARGE,
        /// 10,000 files in one directory and 100 directories beside it.
        MANY,
        /// A sparse file of more than 4 GiB.
        HUGE
    }

    private static final Instant NOW = Instant.parse("2024-02-29T12:34:56.789012345Z");

    private final HostFiles files = HostFiles.system();
    private final Random random;

    private NastyTree(long seed) {
        random = new Random(seed);
    }

    /// Whether this process may make devices and change owners.
    public static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /// All that this process may build, but for [Part#MANY] and [Part#HUGE].
    public static Set<Part> parts() {
        EnumSet<Part> parts = EnumSet.allOf(Part.class);
        parts.removeAll(Set.of(Part.MANY, Part.HUGE));
        if (!isRoot()) {
            parts.remove(Part.DEVICES);
            parts.remove(Part.OWNERS);
        }
        return parts;
    }

    /// Fills an existing directory, one sub-directory for each part.
    public static void build(Path directory, Set<Part> parts, long seed) throws IOException {
        NastyTree tree = new NastyTree(seed);
        try (OpenDirectory root = tree.files.open(directory.toAbsolutePath().toString())) {
            for (Part part : parts) {
                String name = part.name().toLowerCase(java.util.Locale.ROOT);
                root.createDirectory(name);
                root.setMode(name, 0755);
                try (OpenDirectory below = root.directory(name)) {
                    tree.build(part, below);
                }
                root.setTimes(name, NOW, NOW.plusNanos(tree.random.nextInt(1_000_000_000)));
            }
        }
    }

    private void build(Part part, OpenDirectory in) throws IOException {
        switch (part) {
            case NAMES -> names(in);
            case LINKS -> links(in);
            case HARD_LINKS -> hardLinks(in);
            case SPARSE -> sparse(in);
            case ATTRIBUTES -> attributes(in);
            case ACLS -> acls(in);
            case SPECIAL -> special(in);
            case DEVICES -> devices(in);
            case OWNERS -> owners(in);
            case TIMES -> times(in);
            case MODES -> modes(in);
            case DEEP -> deep(in);
            case EMPTY -> empty(in);
            case LARGE -> large(in);
            case MANY -> many(in);
            case HUGE -> hole(in, "beyond 4 GiB", 4500L << 20, 4400L << 20);
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private void file(OpenDirectory in, String name, byte[] content) throws IOException {
        try (OpenFile file = in.create(name)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.setMode(0644);
            file.setTimes(NOW, NOW.minusNanos(random.nextLong(1L << 50)));
        }
    }

    private void small(OpenDirectory in, String name) throws IOException {
        file(in, name, bytes(1 + random.nextInt(3000)));
    }

    private static String latin(String text) {
        return FileNames.decode(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void names(OpenDirectory in) throws IOException {
        List<String> names = List.of(
                latin("Gr\u00fc\u00dfe"),
                FileNames.decode(new byte[] {(byte) 0xc3, (byte) 0x28}),
                FileNames.decode(new byte[] {(byte) 0xff, (byte) 0xfe, 'x'}),
                FileNames.decode(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
                FileNames.decode(new byte[] {(byte) 0xc0, (byte) 0xaf}),
                "Gr\u00fc\u00dfe",
                "u\u0308 decomposed",
                "\ud83d\udc18 elephant",
                "line\nbreak",
                "tab\tand bell\u0007",
                "\u001b[31mred",
                "\u202eright to left",
                "\"quoted\" 'twice'",
                "back\\slash\\n <tag>&amp; $HOME",
                "*",
                "?[a-z]*",
                "-rf",
                "~",
                "...",
                " ",
                " leading and trailing ",
                "\ufeffbom",
                "\ufffd",
                "\u007f",
                "x".repeat(255),
                "\u00e4".repeat(127) + "z",
                latin("\u00ff".repeat(255)));
        for (String name : names) {
            small(in, name);
        }
        in.createDirectory("line\nbreak directory");
        try (OpenDirectory below = in.directory("line\nbreak directory")) {
            small(below, latin("\u00e9"));
        }
        in.createDirectory(latin("\u00e9t\u00e9"));
    }

    private void links(OpenDirectory in) throws IOException {
        small(in, "target");
        in.createSymbolicLink("to target", "target");
        in.createSymbolicLink("dangling", "no/such/file");
        in.createSymbolicLink("circle a", "circle b");
        in.createSymbolicLink("circle b", "circle a");
        in.createSymbolicLink("self", ".");
        in.createSymbolicLink("up", "../..");
        in.createSymbolicLink("absolute", "/etc/passwd");
        in.createSymbolicLink("odd bytes", latin("\u00e9/\u00ff\n"));
        in.createSymbolicLink("long", "a/".repeat(2000));
        in.createSymbolicLink("slashes", "//target///");
        in.setTimes("dangling", NOW, Instant.parse("1955-11-05T06:15:00.000000001Z"));
        in.setTimes("to target", NOW, NOW.plusNanos(1));
    }

    private void hardLinks(OpenDirectory in) throws IOException {
        small(in, "first");
        in.createLink("second", in, "first");
        in.createDirectory("below");
        try (OpenDirectory below = in.directory("below")) {
            below.createLink("third", in, "first");
            small(below, "another");
            in.createLink("another too", below, "another");
            below.createSymbolicLink("link", "x");
            in.createLink("hard link of a symbolic link", below, "link");
            below.createSpecial("fifo", NodeType.FIFO, 0);
            in.createLink("hard link of a fifo", below, "fifo");
        }
        file(in, "empty a", new byte[0]);
        in.createLink("empty b", in, "empty a");
    }

    private void sparse(OpenDirectory in) throws IOException {
        long mebibyte = 1 << 20;
        hole(in, "hole first", 8 * mebibyte, 8 * mebibyte - 5000);
        hole(in, "hole last", 8 * mebibyte, 0);
        hole(in, "holes around", 16 * mebibyte, 5 * mebibyte + 123);
        try (OpenFile nothing = in.create("only a hole")) {
            nothing.truncate(64 * mebibyte + 1);
        }
        try (OpenFile many = in.create("many holes")) {
            for (int i = 0; i < 50; i++) {
                many.write(ByteBuffer.wrap(bytes(4096)), i * 65_536L);
            }
        }
        file(in, "zeros written", new byte[2 << 20]);
    }

    private void hole(OpenDirectory in, String name, long size, long data) throws IOException {
        try (OpenFile file = in.create(name)) {
            file.truncate(size);
            file.write(ByteBuffer.wrap(bytes(5000)), data);
        }
    }

    private void attributes(OpenDirectory in) throws IOException {
        small(in, "file");
        in.createDirectory("directory");
        for (String name : List.of("file", "directory")) {
            in.setExtendedAttribute(name, new ExtendedAttribute("user.empty", new byte[0]));
            in.setExtendedAttribute(name, new ExtendedAttribute("user.binary", bytes(300)));
            in.setExtendedAttribute(name, new ExtendedAttribute("user.text", new byte[] {'t', 'e', 'x', 't', 0}));
            in.setExtendedAttribute(name, new ExtendedAttribute("user.\u00fc \"name\"", bytes(3)));
        }
        file(in, "read-only", bytes(10));
        in.setExtendedAttribute("read-only", new ExtendedAttribute("user.a", bytes(1000)));
        in.setMode("read-only", 0444);
    }

    /// The value's format is the kernel's `posix_acl_xattr.h`: version 2, then tag, permissions and id of each entry.
    private static ExtendedAttribute acl(String attribute, int... tagPermissionsAndId) {
        ByteBuffer value = ByteBuffer.allocate(4 + tagPermissionsAndId.length / 3 * 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(2);
        for (int i = 0; i < tagPermissionsAndId.length; i += 3) {
            value.putShort((short) tagPermissionsAndId[i]);
            value.putShort((short) tagPermissionsAndId[i + 1]);
            value.putInt(tagPermissionsAndId[i + 2]);
        }
        return new ExtendedAttribute(attribute, value.array());
    }

    private void acls(OpenDirectory in) throws IOException {
        int owner = 1;
        int user = 2;
        int group = 4;
        int namedGroup = 8;
        int mask = 0x10;
        int other = 0x20;
        small(in, "file");
        in.setExtendedAttribute("file", acl("system.posix_acl_access", new int[] {
            owner, 6, -1, user, 4, 1234, group, 4, -1, namedGroup, 7, 99, mask, 5, -1, other, 0, -1
        }));
        in.createDirectory("directory");
        in.setExtendedAttribute("directory", acl("system.posix_acl_default", new int[] {
            owner, 7, -1, user, 7, 65533, group, 5, -1, mask, 7, -1, other, 5, -1
        }));
        try (OpenDirectory below = in.directory("directory")) {
            small(below, "inherits");
            below.createDirectory("inherits too");
        }
    }

    private void special(OpenDirectory in) throws IOException {
        in.createSpecial("fifo", NodeType.FIFO, 0);
        in.createSpecial("socket", NodeType.SOCKET, 0);
        in.setMode("fifo", 0622);
        in.setTimes("fifo", NOW, NOW.minusSeconds(1));
        in.setTimes("socket", NOW, NOW.minusSeconds(2));
    }

    private void devices(OpenDirectory in) throws IOException {
        in.createSpecial("null", NodeType.CHARACTER_DEVICE, 0x103);
        in.createSpecial("loop", NodeType.DEVICE, 0x700);
        in.createSpecial("great numbers", NodeType.CHARACTER_DEVICE, (0xabcL << 8) | 0xef | (0xbcdL << 20));
        in.setMode("null", 0666);
        in.setTimes("null", NOW, NOW.minusSeconds(3));
    }

    private void owners(OpenDirectory in) throws IOException {
        long greatest = 4_294_967_294L;
        small(in, "nobody's");
        in.setOwner("nobody's", greatest, greatest);
        small(in, "daemon's");
        in.setOwner("daemon's", 1, 1);
        in.createSymbolicLink("link", "nowhere");
        in.setOwner("link", 1001, 1002);
        in.setExtendedAttribute("link", new ExtendedAttribute("trusted.holdfast", bytes(20)));
        in.createDirectory("directory");
        in.setOwner("directory", 65534, 65534);
        small(in, "setuid of another");
        in.setOwner("setuid of another", 1, 0);
        in.setMode("setuid of another", 04755);
    }

    private void times(OpenDirectory in) throws IOException {
        List<String> times = List.of(
                "1901-12-13T20:45:52Z",
                "1969-12-31T23:59:59.999999999Z",
                "1969-12-31T23:59:59Z",
                "1970-01-01T00:00:00Z",
                "1970-01-01T00:00:00.000000001Z",
                "2001-09-09T01:46:40.100000000Z",
                "2038-01-19T03:14:08Z",
                "2262-04-11T23:47:16.854775807Z",
                "2400-01-01T00:00:00.123456789Z");
        for (String time : times) {
            String name = time.replace(':', '.');
            small(in, name);
            in.setTimes(name, NOW, Instant.parse(time));
            in.createDirectory(name + " directory");
            in.setTimes(name + " directory", NOW, Instant.parse(time));
        }
    }

    private void modes(OpenDirectory in) throws IOException {
        for (int mode : new int[] {0, 0400, 0200, 0111, 0777, 0444, 01644, 02755, 02644, 04755, 06711, 07777}) {
            String name = String.format("%04o", mode);
            small(in, name);
            in.setMode(name, mode);
            in.createDirectory(name + " directory");
            try (OpenDirectory below = in.directory(name + " directory")) {
                small(below, "inside");
            }
            in.setMode(name + " directory", mode | (isRoot() ? 0 : 0500));
        }
        if (!isRoot()) {
            in.setMode("0000", 0400);
            in.setMode("0200", 0600);
            in.setMode("0111", 0511);
        }
    }

    private void deep(OpenDirectory in) throws IOException {
        String name = "d".repeat(240);
        OpenDirectory at = in;
        for (int level = 0; level < 20; level++) {
            at.createDirectory(name);
            OpenDirectory below = at.directory(name);
            if (level > 0) {
                at.close();
            }
            at = below;
            small(at, "file at level " + level);
        }
        at.createSymbolicLink("link", "../file at level 18");
        at.setExtendedAttribute("file at level 19", new ExtendedAttribute("user.deep", bytes(5)));
        at.createLink("hard link", at, "file at level 19");
        at.close();
    }

    private void empty(OpenDirectory in) throws IOException {
        file(in, "file", new byte[0]);
        in.createDirectory("directory");
        in.createDirectory("of empty directories");
        try (OpenDirectory below = in.directory("of empty directories")) {
            below.createDirectory("a");
            below.createDirectory("b");
        }
    }

    private void large(OpenDirectory in) throws IOException {
        file(in, "20 MiB", bytes(20 << 20));
        file(in, "3 MiB", bytes((3 << 20) + 1));
    }

    private void many(OpenDirectory in) throws IOException {
        in.createDirectory("one directory");
        try (OpenDirectory below = in.directory("one directory")) {
            for (int i = 0; i < 10_000; i++) {
                small(below, "file " + i);
            }
        }
        for (int i = 0; i < 100; i++) {
            in.createDirectory("directory " + i);
            try (OpenDirectory below = in.directory("directory " + i)) {
                for (int j = 0; j < 5; j++) {
                    small(below, "file " + j);
                }
            }
        }
    }
}

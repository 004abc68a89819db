package holdfast.view;

import holdfast.model.Attributes;
import holdfast.model.FileNames;
import holdfast.model.Node;
import holdfast.model.NodeType;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// A node as one line of text, like those of `ls -l`.
public final class NodeLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private NodeLine() {}

    /// `-rw-r--r--  1000  1000       42 2026-03-01 10:00:00 /etc/app.conf`
    public static String of(String path, Node node, ZoneId zone) {
        Attributes attributes = node.attributes();
        String target = node.type() == NodeType.SYMLINK ? " -> " + FileNames.display(node.linkTarget()) : "";
        return String.format(
                Locale.ROOT,
                "%s %5d %5d %10d %s %s%s",
                mode(node),
                attributes.uid(),
                attributes.gid(),
                node.size(),
                TIME.format(attributes.mtime().atZone(zone)),
                FileNames.display(path),
                target);
    }

    /// `drwxr-xr-t` and the like.
    static String mode(Node node) {
        int mode = node.attributes().mode();
        char[] text = new char[10];
        text[0] = letter(node.type());
        String rights = "rwx";
        for (int i = 0; i < 9; i++) {
            text[1 + i] = (mode & 0400 >> i) != 0 ? rights.charAt(i % 3) : '-';
        }
        mark(text, 3, (mode & 04000) != 0, 's');
        mark(text, 6, (mode & 02000) != 0, 's');
        mark(text, 9, (mode & 01000) != 0, 't');
        return new String(text);
    }

    private static void mark(char[] text, int at, boolean set, char letter) {
        if (set) {
            text[at] = text[at] == 'x' ? letter : Character.toUpperCase(letter);
        }
    }

    private static char letter(NodeType type) {
        return switch (type) {
            case FILE -> '-';
            case DIRECTORY -> 'd';
            case SYMLINK -> 'l';
            case DEVICE -> 'b';
            case CHARACTER_DEVICE -> 'c';
            case FIFO -> 'p';
            case SOCKET -> 's';
            case IRREGULAR -> '?';
        };
    }
}

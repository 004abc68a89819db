package holdfast.io.posix;

import org.jspecify.annotations.Nullable;

/// A path that is put together only when a message needs it: in a deep tree the paths of all open directories would
/// take memory that grows with the square of the depth.
record Location(@Nullable Location parent, String name) {
    static Location root(String path) {
        return new Location(null, path);
    }

    Location child(String entry) {
        return new Location(this, entry);
    }

    @Override
    public String toString() {
        StringBuilder path = new StringBuilder();
        append(path);
        return path.toString();
    }

    private void append(StringBuilder path) {
        int depth = 0;
        for (Location at = this; at != null; at = at.parent) {
            depth++;
        }
        String[] names = new String[depth];
        for (Location at = this; at != null; at = at.parent) {
            names[--depth] = at.name;
        }
        path.append(names[0]);
        for (int i = 1; i < names.length; i++) {
            if (names[i].equals(".")) {
                continue;
            }
            if (path.isEmpty() || path.charAt(path.length() - 1) != '/') {
                path.append('/');
            }
            path.append(names[i]);
        }
    }
}

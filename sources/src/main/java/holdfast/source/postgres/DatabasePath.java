package holdfast.source.postgres;

import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Server;

/// Where a database lies in the tree of a snapshot: `/postgresql/<host>:<port>/<database>`. Names in it that hold a
/// slash, or would mean a folder above, are written with `%` as in a URL.
///
/// @param folder of its server
/// @param name the last component
record DatabasePath(String folder, String name) {
    private static final String ABOVE = "/postgresql";
    private static final String ROOT = ABOVE + "/";

    static DatabasePath of(ConnectionTarget target) {
        return new DatabasePath(ROOT + component(server(target.servers().getFirst())), component(target.database()));
    }

    private static String server(Server server) {
        return server.name() + ":" + server.port();
    }

    private static String component(String text) {
        String escaped = text.replace("%", "%25").replace("/", "%2F").replace("\0", "%00");
        return escaped.matches("\\.{1,2}") ? escaped.replace(".", "%2E") : escaped;
    }

    static boolean isAbove(String path) {
        return path.equals(ABOVE) || path.startsWith(ROOT);
    }

    String path() {
        return folder + "/" + name;
    }
}

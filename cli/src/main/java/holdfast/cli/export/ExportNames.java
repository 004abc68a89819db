package holdfast.cli.export;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// Names of what is exported of one snapshot: the same every time, apart for each of several
/// databases. Used by one thread.
public final class ExportNames {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd_HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter FOLDER =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Instant time;
    private final boolean several;
    private final Set<String> taken = new HashSet<>();

    /// @param time of the snapshot
    /// @param several whether there is more than one database
    public ExportNames(Instant time, boolean several) {
        this.time = time;
        this.several = several;
    }

    /// For instance `backup_postgres_20260301_020000`, or `backup_postgres_shop_20260301_020000`
    /// among several.
    ///
    /// @param engine `postgres` or `sqlite`
    /// @param path of the database in the snapshot
    public String file(String engine, String path) {
        String name = several ? unique(engine + "_" + base(path)) : engine;
        return "backup_" + name + "_" + STAMP.format(time);
    }

    /// For instance `20260301020000`, or `20260301020000_shop` among several.
    public String folder(String path) {
        return FOLDER.format(time) + (several ? "_" + unique(base(path)) : "");
    }

    private String unique(String name) {
        String free = name;
        for (int i = 2; !taken.add(free); i++) {
            free = name + "-" + i;
        }
        return free;
    }

    private static String base(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.replaceAll("[^A-Za-z0-9.-]", "_").replaceFirst("\\.(db|sqlite3?)$", "");
    }
}

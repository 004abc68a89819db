package holdfast.source.postgres.restore;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.archive.TableOfContents;
import holdfast.source.postgres.archive.TocEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether a server can take what a dump holds, before anything is touched. Pure.
///
/// @param target as a person knows it
record PreChecks(String target, TableOfContents toc, List<TocEntry> entries, TargetServer.Facts facts) {
    private static final int NAMED = 5;
    private static final Pattern EXTENSION =
            Pattern.compile("CREATE EXTENSION (?:IF NOT EXISTS )?(\"(?:[^\"]|\"\")+\"|\\w+).*", Pattern.DOTALL);
    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[a-z_][a-z0-9_$]*)";
    /// At the end of GRANT and REVOKE, and where a session becomes the one who granted.
    private static final Pattern GRANTEE = Pattern.compile("(?: TO| FROM|SET SESSION AUTHORIZATION) " + NAME
            + "(?: WITH GRANT OPTION)?(?: GRANTED BY " + NAME + ")?;" + "| FOR ROLE " + NAME);

    private static final Pattern POLICY = Pattern.compile(
            "CREATE POLICY " + NAME + " ON " + NAME + "\\." + NAME + "(?: AS \\w+)?(?: FOR \\w+)? TO ((?:" + NAME
                    + "(?:, )?)+).*",
            Pattern.DOTALL);

    private static final Pattern ONE = Pattern.compile(NAME);

    /// @return what may turn out other than in the backup
    /// @throws HoldfastException.PreCheckFailed for what cannot work; says what to do
    List<String> run(RestoreOptions options) {
        List<String> warnings = new ArrayList<>();
        version(warnings);
        subscriptions(warnings);
        extensions();
        if (options.owners()) {
            owners();
        }
        if (options.privileges()) {
            grantees();
        }
        if (options.tablespaces()) {
            tablespaces();
        }
        return warnings;
    }

    private void version(List<String> warnings) {
        String from = toc.header().serverVersion().replaceFirst("[^0-9].*", "");
        if (!from.isEmpty() && Integer.parseInt(from) > facts.major()) {
            warnings.add("the backup is of PostgreSQL " + from + ", the target is " + facts.major()
                    + ": what the older one does not know will fail");
        }
    }

    private void subscriptions(List<String> warnings) {
        for (TocEntry entry : entries) {
            List<String> lacking = entry.is("SUBSCRIPTION")
                    ? SubscriptionOptions.of(text(entry.definition())).lacking(facts.major())
                    : List.of();
            if (!lacking.isEmpty()) {
                warnings.add("the target, PostgreSQL " + facts.major() + ", has no option for "
                        + String.join(", ", lacking) + ": the subscription " + entry.tag() + " will fail");
            }
        }
    }

    private void extensions() {
        Set<String> missing = new TreeSet<>();
        for (TocEntry entry : entries) {
            Matcher create = EXTENSION.matcher(text(entry.definition()).strip());
            if (entry.is("EXTENSION") && create.matches()) {
                missing.add(unquoted(create.group(1)));
            }
        }
        missing.removeAll(facts.extensions());
        refuse(
                missing,
                "its server does not have the extension",
                "install it there (a package such as postgresql-contrib), or restore to another server");
    }

    private void owners() {
        Set<String> owners = new TreeSet<>();
        for (TocEntry entry : entries) {
            if (!text(entry.owner()).isEmpty() && !text(entry.dropStatement()).isEmpty()) {
                owners.add(text(entry.owner()));
            }
        }
        Set<String> missing = new TreeSet<>(owners);
        missing.removeAll(facts.allRoles());
        refuse(
                missing,
                "there is no role",
                "create it (globals.sql in the snapshot says how), or add --no-owner --no-privileges");
        if (!facts.superuser()) {
            owners.removeAll(facts.roles());
            refuse(
                    owners,
                    "this role may not give objects to",
                    "add --no-owner, or grant that role to the one that restores");
        }
    }

    private void grantees() {
        Set<String> missing = new TreeSet<>();
        entries.forEach(entry -> missing.addAll(rolesOf(entry)));
        missing.removeAll(facts.allRoles());
        refuse(missing, "there is no role", "create it (globals.sql in the snapshot says how), or add --no-privileges");
    }

    /// Roles that an entry gives rights to, or takes them from; also those that policies and
    /// default privileges name.
    static Set<String> rolesOf(TocEntry entry) {
        Set<String> roles = new TreeSet<>();
        String kind = text(entry.description());
        if (kind.contains("ACL")) {
            Matcher grant = GRANTEE.matcher(text(entry.definition()));
            while (grant.find()) {
                for (int i = 1; i <= grant.groupCount(); i++) {
                    roles.add(unquoted(text(grant.group(i))));
                }
            }
            roles.remove("");
        }
        Matcher policy = POLICY.matcher(text(entry.definition()).strip());
        if (kind.equals("POLICY") && policy.matches()) {
            Matcher each = ONE.matcher(policy.group(4));
            while (each.find()) {
                roles.add(unquoted(each.group(1)));
            }
        }
        roles.removeAll(Set.of("PUBLIC", "public", "current_user", "session_user", "current_role"));
        return roles;
    }

    private void tablespaces() {
        Set<String> missing = new TreeSet<>();
        entries.forEach(entry -> missing.add(text(entry.tablespace())));
        missing.remove("");
        missing.removeAll(facts.tablespaces());
        refuse(missing, "there is no tablespace", "create it, or add --no-tablespaces");
    }

    private void refuse(Set<String> names, String why, String hint) {
        if (!names.isEmpty()) {
            String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore into " + target + ": " + why + " "
                            + String.join(", ", names.stream().limit(NAMED).toList()) + more,
                    hint);
        }
    }

    private static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    private static String text(@Nullable String value) {
        return Objects.requireNonNullElse(value, "");
    }
}

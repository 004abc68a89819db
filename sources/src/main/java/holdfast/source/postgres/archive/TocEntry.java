package holdfast.source.postgres.archive;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One entry of the table of contents: an object of the database, or the data of one. Immutable.
/// Texts are decoded as [holdfast.model.FileNames] does it, so that databases in any encoding come
/// through unchanged.
///
/// @param dumpId number within the archive
/// @param data whether there is content besides the definition: rows of a table, or large objects
/// @param tableOid,oid the catalog's table and the object's number in it, `0` if none
/// @param description kind of object, for instance `TABLE` or `TABLE DATA`
/// @param section 1 none, 2 pre-data, 3 data, 4 post-data
/// @param definition SQL that makes the object; empty for data
/// @param copyStatement for the data of a table
/// @param relationKind `pg_class.relkind` as a number; 0 before version 1.16
/// @param withOids always `false` today
/// @param dependencies dump ids of the entries that must come before this one
public record TocEntry(
        int dumpId,
        boolean data,
        @Nullable String tableOid,
        @Nullable String oid,
        @Nullable String tag,
        @Nullable String description,
        int section,
        @Nullable String definition,
        @Nullable String dropStatement,
        @Nullable String copyStatement,
        @Nullable String namespace,
        @Nullable String tablespace,
        @Nullable String accessMethod,
        int relationKind,
        @Nullable String owner,
        @Nullable String withOids,
        List<String> dependencies) {
    public static final int SECTION_PRE_DATA = 2;
    public static final int SECTION_DATA = 3;
    public static final int SECTION_POST_DATA = 4;

    public static final String TABLE = "TABLE";
    public static final String TABLE_DATA = "TABLE DATA";
    public static final String LARGE_OBJECTS = "BLOBS";

    public TocEntry {
        dependencies = List.copyOf(dependencies);
    }

    public boolean is(String kind) {
        return kind.equals(description);
    }

    /// The same, to be restored after other entries.
    public TocEntry withDependencies(List<String> others) {
        return with(tag, definition, copyStatement, namespace, owner, others);
    }

    /// The same under another name.
    public TocEntry named(@Nullable String inSchema, @Nullable String called) {
        return with(called, definition, copyStatement, inSchema, owner, dependencies);
    }

    /// The same, made by another statement.
    public TocEntry withDefinition(String sql) {
        return with(tag, sql, copyStatement, namespace, owner, dependencies);
    }

    /// The same rows, taken by another statement.
    public TocEntry withCopyStatement(String sql) {
        return with(tag, definition, sql, namespace, owner, dependencies);
    }

    /// The same, belonging to whoever makes it.
    public TocEntry withoutOwner() {
        return with(tag, definition, copyStatement, namespace, "", dependencies);
    }

    /// The same with other texts.
    public TocEntry map(UnaryOperator<String> text) {
        UnaryOperator<@Nullable String> one = before -> before == null ? null : text.apply(before);
        return new TocEntry(
                dumpId,
                data,
                tableOid,
                oid,
                one.apply(tag),
                description,
                section,
                one.apply(definition),
                one.apply(dropStatement),
                one.apply(copyStatement),
                one.apply(namespace),
                one.apply(tablespace),
                one.apply(accessMethod),
                relationKind,
                one.apply(owner),
                withOids,
                dependencies);
    }

    private TocEntry with(
            @Nullable String newTag,
            @Nullable String newDefinition,
            @Nullable String newCopyStatement,
            @Nullable String newNamespace,
            @Nullable String newOwner,
            List<String> newDependencies) {
        return new TocEntry(
                dumpId,
                data,
                tableOid,
                oid,
                newTag,
                description,
                section,
                newDefinition,
                dropStatement,
                newCopyStatement,
                newNamespace,
                tablespace,
                accessMethod,
                relationKind,
                newOwner,
                withOids,
                newDependencies);
    }
}

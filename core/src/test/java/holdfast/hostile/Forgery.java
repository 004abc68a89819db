package holdfast.hostile;

import static holdfast.repository.ForgedRepository.file;
import static holdfast.repository.ForgedRepository.folder;
import static holdfast.repository.ForgedRepository.node;

import holdfast.model.ObjectId;
import holdfast.model.Snapshot;
import holdfast.repository.ForgedRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A snapshot that means harm.
///
/// @param refused whether it cannot be restored; else what is wrong with it is no matter
record Forgery(String name, boolean refused, Maker maker) {
    @FunctionalInterface
    interface Maker {
        Snapshot make(ForgedRepository repository) throws IOException;
    }

    private static final int DEPTH = 5_000;

    @Override
    public String toString() {
        return name;
    }

    private static Forgery bad(String name, Maker maker) {
        return new Forgery(name, true, maker);
    }

    private static Forgery harmless(String name, Maker maker) {
        return new Forgery(name, false, maker);
    }

    /// @param outside a folder into which nothing may be written
    static List<Forgery> all(String outside) {
        List<Forgery> all = new ArrayList<>(names());
        all.addAll(links(outside));
        all.addAll(shapes());
        all.addAll(texts());
        all.addAll(sizes());
        all.addAll(manifests(outside));
        return all;
    }

    private static List<Forgery> names() {
        List<String> names = List.of(
                "",
                ".",
                "..",
                "../x",
                "../../../../x",
                "a/b",
                "/x",
                "/",
                "a\\u0000b",
                "..\\u0000",
                "\\\\x2e\\\\x2e",
                "a\\\\x2fb",
                "\\\\057x",
                "a\\\\000",
                "\\\\u002e\\\\u002e",
                "bad \\\\q escape");
        List<Forgery> all = new ArrayList<>();
        for (String name : names) {
            all.add(bad("a file named " + name, forged -> root(forged, file(name, forged.data(new byte[] {1}), 1))));
            all.add(bad(
                    "a folder named " + name,
                    forged -> root(forged, folder(name, forged.treeOf(file("x", forged.data(new byte[] {1}), 1))))));
        }
        return all;
    }

    private static Snapshot root(ForgedRepository forged, String... nodes) throws IOException {
        return forged.snapshot(forged.treeOf(folder("d", forged.treeOf(nodes))));
    }

    private static String link(String name, String target, String more) {
        return node(name, "symlink", ",\"linktarget\":\"" + target + "\",\"content\":null" + more)
                .replace("\"mode\":420", "\"mode\":134218239");
    }

    private static List<Forgery> links(String outside) {
        String inode = ",\"inode\":5,\"device_id\":1,\"links\":2";
        return List.of(
                bad(
                        "a link and then a folder of its name",
                        forged -> root(
                                forged,
                                link("a", outside, ""),
                                folder("a", forged.treeOf(file("x", forged.data(new byte[] {1}), 1))))),
                bad(
                        "a folder and then a link of its name",
                        forged -> root(
                                forged,
                                folder("a", forged.treeOf(file("x", forged.data(new byte[] {1}), 1))),
                                link("a", outside, ""))),
                bad(
                        "a link and then a file of its name",
                        forged ->
                                root(forged, link("a", outside + "/x", ""), file("a", forged.data(new byte[] {1}), 1))),
                bad(
                        "names out of order",
                        forged -> root(
                                forged,
                                file("b", forged.data(new byte[] {1}), 1),
                                link("a", outside, ""),
                                folder("b", forged.treeOf(file("x", forged.data(new byte[] {1}), 1))))),
                harmless(
                        "a link with the inode of a file",
                        forged -> root(
                                forged,
                                link("a", outside + "/x", inode),
                                file("b", forged.data(new byte[] {1}), 1).replace("\"uid\":0", "\"uid\":0" + inode))),
                harmless(
                        "two files with one inode and not one content",
                        forged -> root(
                                forged,
                                file("a", forged.data(new byte[] {1}), 1).replace("\"uid\":0", "\"uid\":0" + inode),
                                file("b", forged.data(new byte[] {2}), 1).replace("\"uid\":0", "\"uid\":0" + inode))),
                harmless(
                        "two links with one inode and not one target",
                        forged -> root(forged, link("a", "x", inode), link("b", outside + "/x", inode))),
                harmless("something of no known kind", forged -> root(forged, node("door", "door", ""))));
    }

    private static List<Forgery> shapes() {
        return List.of(
                bad("folders " + DEPTH + " levels deep", forged -> {
                    ObjectId at = forged.treeOf();
                    for (int level = 0; level < DEPTH; level++) {
                        at = forged.treeOf(folder("d", at));
                    }
                    return forged.snapshot(at);
                }),
                bad("a folder that is in the same one ten times, and so on", Forgery::endless),
                bad("a tree that is not there", forged -> forged.snapshot(ObjectId.hash(new byte[] {7}))),
                bad("a folder that is not there", forged -> root(forged, folder("a", ObjectId.hash(new byte[] {7})))),
                bad(
                        "a file's content as a tree",
                        forged -> forged.snapshot(forged.data("{}".getBytes(StandardCharsets.US_ASCII)))),
                bad("a folder without a tree", forged -> root(forged, node("a", "dir", ""))),
                bad(
                        "a file with a tree",
                        forged -> root(forged, node("a", "file", ",\"subtree\":\"" + forged.treeOf() + "\""))));
    }

    /// At its end is a file with several names, because of which sums are not remembered by folder.
    private static Snapshot endless(ForgedRepository forged) throws IOException {
        String linked = file("f", forged.data(new byte[] {1}), 1);
        ObjectId at = forged.treeOf(linked.replace("\"uid\":0", "\"uid\":0,\"inode\":5,\"device_id\":1,\"links\":2"));
        for (int level = 0; level < 50; level++) {
            String[] nodes = new String[10];
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = folder("d" + i, at);
            }
            at = forged.treeOf(nodes);
        }
        return forged.snapshot(at);
    }

    private static List<Forgery> texts() {
        String deep = "[".repeat(200);
        String digits = "9".repeat(1_000_000);
        String letters = "x".repeat(5_000_000);
        return List.of(
                bad("no JSON", forged -> forged.snapshot(forged.tree("none"))),
                bad("empty text", forged -> forged.snapshot(forged.tree("\n"))),
                bad("arrays in arrays", forged -> forged.snapshot(forged.tree("{\"nodes\":" + deep))),
                bad("arrays in arrays where nobody looks", forged -> forged.snapshot(forged.tree("{\"x\":" + deep))),
                bad("a giant number", forged -> root(forged, node("a", "file", ",\"size\":" + digits))),
                bad("a giant number for nobody", forged -> root(forged, node("a", "file", ",\"nobody\":" + digits))),
                bad("a giant exponent", forged -> root(forged, node("a", "file", ",\"size\":1e999999999"))),
                bad("a size below zero", forged -> root(forged, node("a", "file", ",\"size\":-1"))),
                bad("a giant name", forged -> root(forged, node(letters, "file", ",\"content\":[]"))),
                bad("a giant key", forged -> root(forged, node("a", "file", ",\"" + letters + "\":1"))),
                bad("a giant user", forged -> root(forged, node("a", "dir", ",\"user\":\"" + letters + "\""))));
    }

    private static List<Forgery> sizes() {
        return List.of(
                bad("a file of 8 EiB", forged -> root(forged, file("a", forged.data(new byte[] {1}), Long.MAX_VALUE))),
                bad(
                        "two files of 8 EiB",
                        forged -> root(
                                forged,
                                file("a", forged.data(new byte[] {1}), Long.MAX_VALUE),
                                file("b", forged.data(new byte[] {1}), Long.MAX_VALUE))),
                bad("a file with less than it says", forged -> root(forged, file("a", forged.data(new byte[9]), 10))),
                bad("a file with more than it says", forged -> root(forged, file("a", forged.data(new byte[9]), 8))));
    }

    private static List<Forgery> manifests(String outside) {
        String begin = "{\"version\":1,\"taken_at\":\"2026-03-01T10:20:30Z\",\"sources\":[";
        return List.of(
                harmless("a manifest without sources", forged -> manifest(forged, begin + "]}")),
                bad(
                        "a manifest that leads outside",
                        forged -> manifest(
                                forged,
                                begin + "{\"kind\":\"files\",\"path\":\"/d/../../.." + outside
                                        + "\"},{\"kind\":\"files\",\"path\":\"/d\"}]}")),
                bad(
                        "a manifest whose source is not there",
                        forged -> manifest(forged, begin + "{\"kind\":\"files\",\"path\":\"" + outside + "\"}]}")),
                harmless(
                        "a manifest of a source without a path",
                        forged -> manifest(forged, begin + "{\"kind\":\"files\"}]}")),
                bad("a manifest that is longer than it says", forged -> {
                    ObjectId folder = forged.treeOf(file("x", forged.data(new byte[] {1}), 1));
                    return forged.withManifest(begin + "]}", 5, folder);
                }));
    }

    private static Snapshot manifest(ForgedRepository forged, String json) throws IOException {
        ObjectId folder = forged.treeOf(file("x", forged.data(new byte[] {1}), 1));
        return forged.withManifest(json, json.length(), folder);
    }
}

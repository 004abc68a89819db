package holdfast.cli.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Libraries in machine code that a jar carries for a dozen platforms. The one for this machine is unpacked, so
/// that no run has to do it, and the others are left out: a start writes nothing into `/tmp`, which may be
/// mounted `noexec`.
///
/// @param here matches the folder of this machine's, by the words that authors of jars have for it
record NativeLibraries(Pattern here) {
    private static final Pattern LIBRARY = Pattern.compile(".*\\.(so|dylib|jnilib|dll|a)");

    /// zstd-jni calls its library in two ways. This one, for new Javas, links some forty functions before the first
    /// call, which takes a tenth of a second at every start; without it the older one, JNI, is used.
    private static final String LINKED_AT_START = "META-INF/versions/22/com/github/luben/zstd/";

    /// @param system `os.name`
    /// @param machine `os.arch`
    static NativeLibraries of(String system, String machine) {
        String systems = system.startsWith("Mac") ? "darwin|Mac" : "linux|Linux";
        String machines = switch (machine) {
            case "amd64", "x86_64" -> "amd64|x86_64";
            default -> Pattern.quote(machine);
        };
        return new NativeLibraries(Pattern.compile("(?:.*/)?(?:" + systems + ")/(?:" + machines + ")/([^/]+)"));
    }

    /// Rewrites the jar in place; leaves it as it is when it has no such libraries, or none for this machine.
    void moveOut(Path jar, Path folder) throws IOException {
        Path slim = Path.of(jar + ".slim");
        try (ZipFile in = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = Collections.list(in.entries());
            if (entries.stream().noneMatch(entry -> isHere(entry.getName()))) {
                return;
            }
            Files.createDirectories(folder);
            try (OutputStream file = Files.newOutputStream(slim);
                    ZipOutputStream out = new ZipOutputStream(file)) {
                for (ZipEntry entry : entries) {
                    move(in, entry, out, folder);
                }
            }
        }
        Files.move(slim, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private void move(ZipFile in, ZipEntry entry, ZipOutputStream out, Path folder) throws IOException {
        String name = entry.getName();
        try (InputStream content = in.getInputStream(entry)) {
            if (isHere(name)) {
                Path library = folder.resolve(name.substring(name.lastIndexOf('/') + 1));
                Files.copy(content, library, StandardCopyOption.REPLACE_EXISTING);
            } else if (!LIBRARY.matcher(name).matches() && !name.startsWith(LINKED_AT_START)) {
                ZipEntry kept = new ZipEntry(name);
                kept.setTimeLocal(entry.getTimeLocal());
                out.putNextEntry(kept);
                content.transferTo(out);
                out.closeEntry();
            }
        }
    }

    private boolean isHere(String name) {
        return LIBRARY.matcher(name).matches() && here.matcher(name).matches();
    }
}

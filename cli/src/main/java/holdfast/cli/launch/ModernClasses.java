package holdfast.cli.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Rewrites a jar whose classes are of a format so old that the JVM keeps them out of its AOT cache (before
/// version 50 there were no stack maps, and the old verifier's results cannot be cached). picocli is such a
/// jar; with it in the cache the program starts in less than half the time. The code in the classes stays as it
/// is.
final class ModernClasses {
    private static final int OLDEST_IN_CACHE = 50;

    private ModernClasses() {}

    /// Rewrites the jar in place; does nothing when none of its classes is too old.
    static void modernize(Path jar) throws IOException {
        Path modern = Path.of(jar + ".modern");
        boolean changed;
        URL url = URI.create(jar.toUri().toString()).toURL();
        try (ZipFile in = new ZipFile(jar.toFile());
                OutputStream file = Files.newOutputStream(modern);
                ZipOutputStream out = new ZipOutputStream(file);
                URLClassLoader classes = new URLClassLoader(new URL[] {url})) {
            ClassFile format = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
            changed = copy(in, out, format);
        }
        if (changed) {
            Files.move(modern, jar, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(modern);
        }
    }

    private static boolean copy(ZipFile in, ZipOutputStream out, ClassFile format) throws IOException {
        boolean changed = false;
        for (ZipEntry entry : Collections.list(in.entries())) {
            byte[] content;
            try (InputStream bytes = in.getInputStream(entry)) {
                content = bytes.readAllBytes();
            }
            if (isClass(entry.getName())) {
                ClassModel model = format.parse(content);
                if (model.majorVersion() < OLDEST_IN_CACHE) {
                    content = raise(format, model);
                    changed = true;
                }
            }
            ZipEntry same = new ZipEntry(entry.getName());
            same.setTimeLocal(entry.getTimeLocal()); // the same jar every time
            out.putNextEntry(same);
            out.write(content);
            out.closeEntry();
        }
        return changed;
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.endsWith("module-info.class");
    }

    /// Methods are taken apart and put together again, for only then stack maps are made for them.
    private static byte[] raise(ClassFile format, ClassModel old) {
        ClassTransform version = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            } else {
                builder.with(element);
            }
        };
        return format.transformClass(old, version.andThen(ClassTransform.transformingMethodBodies(CodeBuilder::with)));
    }
}

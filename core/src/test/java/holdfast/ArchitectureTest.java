package holdfast;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// Goal: the picture in docs/ARCHITECTURE.md is true of the code. Every package of `core` is listed
/// here with the packages it may use; a new package has to be added, which is the moment to think
/// about its place.
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("holdfast");

    private static final List<String> VERBS =
            List.of("backup", "restore", "verify", "prune", "view", "copy", "rewrite", "repair");

    private static final List<String> ENGINE =
            List.of("model", "io", "source", "storage", "policy", "chunk", "crypto", "pack", "repository");

    /// Package to the packages it may use; subpackages belong to their parent.
    private static Map<String, List<String>> allowed() {
        Map<String, List<String>> allowed = new TreeMap<>();
        allowed.put("model", List.of());
        allowed.put("io", List.of("model"));
        allowed.put("source", List.of("model"));
        allowed.put("storage", List.of("model", "io"));
        allowed.put("policy", List.of("model"));
        allowed.put("chunk", List.of("model"));
        allowed.put("crypto", List.of("model"));
        allowed.put("pack", List.of("model", "chunk", "crypto"));
        allowed.put("repository", List.of("model", "io", "source", "storage", "chunk", "crypto", "pack"));
        allowed.put("extract", ENGINE);
        List<String> below = new ArrayList<>(ENGINE);
        below.add("extract");
        VERBS.forEach(verb -> allowed.put(verb, below));
        return allowed;
    }

    @Test
    void dependenciesOnlyPointDown() {
        allowed().forEach((name, uses) -> {
            List<String> packages = new ArrayList<>(List.of("java..", "javax.crypto..", "org.jspecify.annotations.."));
            packages.add(tree(name));
            uses.forEach(use -> packages.add(tree(use)));
            if (List.of("pack", "repository").contains(name)) {
                packages.add("com.github.luben.zstd..");
            }
            if (name.equals("repository")) {
                packages.add("tools.jackson..");
            }
            check(classes()
                    .that()
                    .resideInAPackage(tree(name))
                    .should()
                    .onlyDependOnClassesThat(resideInAnyPackage(packages.toArray(String[]::new)))
                    .because("package " + name + " may use " + uses + " only"));
        });
    }

    @Test
    void everyPackageHasItsPlace() {
        String[] known = allowed().keySet().stream().map(ArchitectureTest::tree).toArray(String[]::new);
        check(classes().should().resideInAnyPackage(known));
    }

    @Test
    void everyPackageIsNullMarkedAndSaysWhatItIsFor() {
        List<String> unmarked = CORE.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(Predicate.not(ArchitectureTest::nullMarked))
                .map(JavaPackage::getName)
                .toList();
        assertThat(unmarked).isEmpty();
    }

    private static boolean nullMarked(JavaPackage somePackage) {
        return somePackage.tryGetPackageInfo().isPresent() && somePackage.isAnnotatedWith(NullMarked.class);
    }

    @Test
    void timeIsAnArgument() {
        check(noClasses()
                .should()
                .accessTargetWhere(clock())
                .because("time is passed in, or tests could not choose it; System.nanoTime may measure"));
    }

    private static DescribedPredicate<JavaAccess<?>> clock() {
        return DescribedPredicate.describe("a clock of its own", access -> {
            String owner = access.getTargetOwner().getFullName();
            String member = access.getName();
            return (owner.startsWith("java.time.") && (member.equals("now") || member.startsWith("system")))
                    || (owner.equals("java.lang.System") && member.equals("currentTimeMillis"))
                    || (owner.equals("java.util.Date") && member.equals("<init>"))
                    || (owner.equals("java.util.TimeZone") && member.equals("getDefault"))
                    || (owner.equals("java.util.Calendar") && member.equals("getInstance"));
        });
    }

    /// What is restored is written by the system calls and by those who plan them; `restore` may
    /// besides copy a live file to where its successor is built. Making a folder is not writing.
    @Test
    void fewWriteFiles() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName("holdfast.io.DurableFiles")
                .and()
                .resideOutsideOfPackages("holdfast.io.posix..", "holdfast.extract..", "holdfast.restore..")
                .should()
                .accessTargetWhere(writing())
                .because("durable bytes need care that is taken in one place"));
    }

    private static DescribedPredicate<JavaAccess<?>> writing() {
        List<String> streams = List.of(
                "java.io.FileOutputStream", "java.io.FileWriter", "java.io.RandomAccessFile", "java.io.PrintWriter");
        return DescribedPredicate.describe("something that writes files", access -> {
            String owner = access.getTargetOwner().getFullName();
            String member = access.getName();
            return switch (owner) {
                case "java.nio.file.Files" ->
                    member.matches("(write|copy|move|set|createFile|createTempFile|create.*Link).*"
                            + "|newOutputStream|newBufferedWriter");
                case "java.nio.file.StandardOpenOption" -> !member.equals("READ") && member.equals(upperCase(member));
                case "java.io.File" -> member.matches("(create|rename|set|mkdir).*");
                default -> streams.contains(owner);
            };
        });
    }

    private static String upperCase(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    @Test
    void nobodyTalksToTheTerminalTheEnvironmentOrALoggerOfItsOwn() {
        check(noClasses()
                .should()
                .accessTargetWhere(target(owner(nameMatching("java\\.lang\\.System")))
                        .and(target(nameMatching("out|err|in|exit|getenv|setOut|setErr"))))
                .because("a library returns and throws; the command line prints, reads the environment and exits"));
        check(noClasses().should().dependOnClassesThat(resideInAPackage("java.util.logging..")));
        check(noClasses()
                .should()
                .callMethodWhere(target(nameMatching("printStackTrace")))
                .because("a failure is handled or passed on"));
    }

    @Test
    void namesSaySomething() {
        check(noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Common|Misc)")
                .because("a class is named for its subject"));
    }

    private static String tree(String name) {
        return "holdfast." + name + "..";
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CORE);
    }
}

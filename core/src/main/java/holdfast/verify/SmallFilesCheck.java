package holdfast.verify;

import holdfast.model.ObjectId;
import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/// Keys, locks, proofs and marks: files named by the hash of their bytes that no snapshot needs. What else may
/// be wrong with them shows when they are used.
final class SmallFilesCheck {
    private final Storage storage;
    private final Findings findings;

    SmallFilesCheck(Storage storage, Findings findings) {
        this.storage = storage;
        this.findings = findings;
    }

    void run() throws IOException {
        check("keys/", Finding.Severity.ERROR, "whoever has its password cannot open the repository with it");
        check("locks/", Finding.Severity.WARNING, "`holdfast unlock --remove-all` removes it");
        check(
                "marks/",
                Finding.Severity.ERROR,
                "nothing can be stored until `holdfast prune` or `repair index` has removed it");
        check("proofs/", Finding.Severity.WARNING, "the snapshot counts as not proven until it is verified again");
    }

    private void check(String kind, Finding.Severity severity, String meaning) throws IOException {
        for (StoredFile file : storage.listAll(kind)) {
            String problem = problem(file.name(), kind);
            if (!problem.isEmpty()) {
                findings.add(severity, file.name(), problem + ": " + meaning);
            }
        }
    }

    private String problem(String name, String kind) {
        try {
            ByteBuffer content = storage.get(name);
            boolean right = name.equals(kind + ObjectId.hash(content));
            return right ? "" : "its content does not have the hash it is named by";
        } catch (NoSuchFileException _) {
            return ""; // removed meanwhile
        } catch (IOException e) {
            return "cannot be read (" + e.getMessage() + ")";
        }
    }
}

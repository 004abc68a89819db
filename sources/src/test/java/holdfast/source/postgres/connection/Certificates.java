package holdfast.source.postgres.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// An authority and what it certifies, made by the JDK's own `keytool`.
final class Certificates {
    private static final String STORE_PASSWORD = "changeit";
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Path folder;
    private final Path store;

    /// @param name the authority's
    Certificates(Path folder, String name) throws IOException, InterruptedException {
        this.folder = folder;
        this.store = folder.resolve(name + ".p12");
        generate(name, "EC", "-ext", "bc:critical=ca:true");
    }

    /// A key and a certificate that the authority signs.
    Certificates add(String authority, String name, String algorithm, String... options)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-signer", authority));
        all.addAll(List.of(options));
        generate(name, algorithm, all.toArray(String[]::new));
        return this;
    }

    private void generate(String name, String algorithm, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                STORE_PASSWORD,
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-keyalg",
                algorithm));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(said);
        }
    }

    private KeyStore open() throws IOException {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, STORE_PASSWORD.toCharArray());
            return keys;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    byte[] certificate(String name) throws IOException {
        try {
            return pem("CERTIFICATE", open().getCertificate(name).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    byte[] key(String name) throws IOException {
        try {
            return pem(
                    "PRIVATE KEY",
                    open().getKey(name, STORE_PASSWORD.toCharArray()).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] pem(String title, byte[] content) {
        String text =
                "-----BEGIN " + title + "-----\n" + LINES.encodeToString(content) + "\n-----END " + title + "-----\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// A file that its owner alone may read.
    Path file(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}

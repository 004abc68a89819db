package holdfast.crypto;

import java.io.IOException;

/// Sealed bytes do not carry the authentication code their key would have given them: they were damaged, tampered
/// with, cut short, or sealed under another key. Nothing of their content was revealed.
@SuppressWarnings("serial")
public final class BrokenSealException extends IOException {
    BrokenSealException(String message) {
        super(message);
    }
}

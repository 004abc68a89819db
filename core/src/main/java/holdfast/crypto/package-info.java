/// Sealing and opening as the restic format does it: AES-256-CTR, Poly1305-AES, scrypt. May use `model` only.
@NullMarked
package holdfast.crypto;

import org.jspecify.annotations.NullMarked;

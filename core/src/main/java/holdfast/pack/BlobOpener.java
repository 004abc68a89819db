package holdfast.pack;

import holdfast.crypto.BrokenSealException;
import holdfast.crypto.Key;
import holdfast.crypto.Seal;
import holdfast.model.ObjectId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/// Takes blobs out of their sealed form and makes sure that they are what they were. One per worker, not
/// thread-safe.
public final class BlobOpener implements AutoCloseable {
    private final Seal seal;
    private final BlobCompression compression = new BlobCompression();
    private final MessageDigest sha256 = ObjectId.sha256();
    private final Scratch opened = new Scratch();
    private final Scratch plain = new Scratch();

    public BlobOpener(Key key) {
        seal = new Seal(key);
    }

    /// Opens one blob: seal, compression and hash are right when this returns.
    ///
    /// @param sealed what remains of it is the sealed blob; its position advances
    /// @param plainLength length before compression, 0 when the blob is not compressed
    /// @return valid until the next call
    /// @throws BrokenPackException when the blob is damaged
    public BlobForms open(ByteBuffer sealed, int plainLength, ObjectId id) throws BrokenPackException {
        ByteBuffer whole = sealed.slice();
        ByteBuffer content = unseal(sealed);
        ByteBuffer bytes = content;
        if (plainLength != 0) {
            BlobCompression.checkExpansion(content, plainLength);
            bytes = plain.of(plainLength);
            compression.decompress(content, bytes);
            bytes.flip();
        }
        sha256.update(bytes.duplicate());
        if (!ObjectId.of(sha256.digest()).equals(id)) {
            throw new BrokenPackException("its hash is wrong");
        }
        return new BlobForms(whole, content, bytes);
    }

    /// The list of blobs of a pack.
    ///
    /// @param sealed the sealed header, without the length behind it
    /// @param packBytes length of the whole pack
    public List<PackedBlob> header(ByteBuffer sealed, long packBytes) throws BrokenPackException {
        return PackHeader.read(unseal(sealed), packBytes);
    }

    private ByteBuffer unseal(ByteBuffer sealed) throws BrokenPackException {
        if (sealed.remaining() < Seal.OVERHEAD) {
            throw new BrokenPackException("it is too short");
        }
        ByteBuffer content = opened.of(sealed.remaining() - Seal.OVERHEAD);
        try {
            seal.open(sealed, content);
        } catch (BrokenSealException e) {
            throw new BrokenPackException("its seal is broken", e);
        }
        return content.flip();
    }

    @Override
    public void close() {
        compression.close();
    }
}

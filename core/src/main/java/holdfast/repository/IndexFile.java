package holdfast.repository;

import holdfast.crypto.Seal;
import holdfast.model.BlobType;
import holdfast.model.ObjectId;
import holdfast.pack.PackedBlob;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.JsonIn;
import holdfast.repository.json.JsonOut;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The JSON of an index file: packs and the blobs in them.
final class IndexFile {
    private final JsonOut out = JsonOut.compact().beginObject().key("packs").beginArray();
    private int blobs;

    /// How many blobs were added.
    int blobs() {
        return blobs;
    }

    void add(ObjectId pack, List<PackedBlob> content) {
        out.beginObject().key("id").id(pack);
        out.key("blobs").beginArray();
        for (PackedBlob blob : content) {
            out.beginObject();
            out.key("id").id(blob.id());
            out.key("type").string(blob.type() == BlobType.TREE ? "tree" : "data");
            out.key("offset").number(blob.offset());
            out.key("length").number(blob.length());
            if (blob.compressed()) {
                out.key("uncompressed_length").number(blob.plainLength());
            }
            out.endObject();
        }
        out.endArray().endObject();
        blobs += content.size();
    }

    ByteBuffer done() {
        return out.endArray().endObject().lineBreak().done();
    }

    /// Reads an index file pack by pack. A list of superseded index files, which old versions of restic wrote,
    /// is left out: such files are removed by whoever writes the list.
    static void read(ByteBuffer json, BiConsumer<ObjectId, List<PackedBlob>> each) throws BrokenFormatException {
        JsonIn.read(json, in -> {
            in.object(key -> {
                if (key.equals("packs")) {
                    in.array(() -> readPack(in, each));
                }
            });
            return each;
        });
    }

    private static void readPack(JsonIn in, BiConsumer<ObjectId, List<PackedBlob>> each) throws BrokenFormatException {
        ObjectId[] id = new ObjectId[1];
        List<PackedBlob> blobs = new ArrayList<>();
        in.object(key -> {
            switch (key) {
                case "id" -> id[0] = in.id();
                case "blobs" -> in.array(() -> blobs.add(new Fields().read(in)));
                default -> {}
            }
        });
        if (id[0] == null) {
            throw new BrokenFormatException("a pack without id");
        }
        each.accept(id[0], blobs);
    }

    /// A blob while it is being read.
    private static final class Fields {
        private @Nullable ObjectId id;
        private @Nullable BlobType type;
        private int offset;
        private int length;
        private int plainLength;

        private PackedBlob read(JsonIn in) throws BrokenFormatException {
            in.object(key -> {
                switch (key) {
                    case "id" -> id = in.id();
                    case "type" -> type = type(in.string());
                    case "offset" -> offset = (int) in.number(Integer.MAX_VALUE);
                    case "length" -> length = (int) in.number(Integer.MAX_VALUE);
                    case "uncompressed_length" -> plainLength = (int) in.number(Integer.MAX_VALUE);
                    default -> {}
                }
            });
            if (id == null || type == null) {
                throw new BrokenFormatException("a blob without id or type");
            }
            if (length < Seal.OVERHEAD || offset > Integer.MAX_VALUE - length) {
                throw new BrokenFormatException("blob " + id.brief() + " has an impossible length");
            }
            return new PackedBlob(type, id, offset, length, plainLength);
        }

        private static BlobType type(String name) throws BrokenFormatException {
            return switch (name) {
                case "data" -> BlobType.DATA;
                case "tree" -> BlobType.TREE;
                default -> throw new BrokenFormatException("a blob of unknown type");
            };
        }
    }
}

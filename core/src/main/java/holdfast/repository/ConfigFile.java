package holdfast.repository;

import holdfast.model.ObjectId;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.JsonIn;
import holdfast.repository.json.JsonOut;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The JSON of `config`, which is sealed but never compressed.
final class ConfigFile {
    private static final int VERSION_MAX = 1000;

    private ConfigFile() {}

    static ByteBuffer write(RepositoryConfig config) {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("version").number(config.version());
        out.key("id").id(config.id());
        out.key("chunker_polynomial").string(Long.toHexString(config.chunkerPolynomial()));
        return out.endObject().done();
    }

    static RepositoryConfig read(ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.config();
        });
    }

    /// A configuration while it is being read.
    private static final class Fields {
        private int version;
        private @Nullable ObjectId id;
        private @Nullable Long polynomial;

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "version" -> version = (int) in.number(VERSION_MAX);
                case "id" -> id = in.id();
                case "chunker_polynomial" -> polynomial = polynomial(in.string());
                default -> {}
            }
        }

        private RepositoryConfig config() throws BrokenFormatException {
            if (version == 0 || id == null || polynomial == null) {
                throw new BrokenFormatException("a configuration without version, id or polynomial");
            }
            return new RepositoryConfig(version, id, polynomial);
        }

        private static long polynomial(String hex) throws BrokenFormatException {
            try {
                return Long.parseUnsignedLong(hex, 16);
            } catch (NumberFormatException e) {
                throw new BrokenFormatException("the polynomial is no hexadecimal number", e);
            }
        }
    }
}

package holdfast.cli;

import holdfast.model.ProofLevel;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads the levels that a snapshot can be proven to here, by name or number.
final class ProvableLevel implements ITypeConverter<ProofLevel> {
    @Override
    public ProofLevel convert(String text) {
        Optional<ProofLevel> level =
                ProofLevel.of(text).filter(known -> known.number() <= ProofLevel.IDENTICAL.number());
        return level.orElseThrow(() -> new TypeConversionException(
                "'" + text + "' is not written, stored, sound, restored or identical, nor a number from 0 to 4"));
    }
}

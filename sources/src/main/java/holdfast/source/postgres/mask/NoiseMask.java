package holdfast.source.postgres.mask;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Makes numbers a little greater or smaller, keeping their digits behind the point. Zero stays
/// zero, and small whole numbers may stay what they are. Used by one thread.
final class NoiseMask implements ValueMask {
    private final KeyedHash hash;
    private final double part;
    private final ColumnType type;

    NoiseMask(byte[] key, double percent, ColumnType type) {
        hash = new KeyedHash(key);
        part = percent / 100;
        this.type = type;
    }

    /// @throws NumberFormatException when the value is no number
    @Override
    public boolean mask(RowBytes clear, RowBytes by, RowBytes out) {
        byte last = clear.length() == 0 ? 0 : clear.array()[clear.length() - 1];
        if (last == 'N' || last == 'y') {
            // NaN and the infinities
            out.put(clear);
            return true;
        }
        // from -part up to part, in 2^53 steps
        double change = ((hash.take(by).bits(0) >>> 11) * 0x1p-52 - 1) * part;
        out.put(
                switch (type.family()) {
                    case REAL -> real(Float.parseFloat(clear.text()), change);
                    case DOUBLE -> precise(Double.parseDouble(clear.text()), change);
                    default -> exact(new BigDecimal(clear.text()), change).toPlainString();
                });
        return true;
    }

    private static String real(float number, double change) {
        float changed = (float) (number * (1 + change));
        return Float.toString(Float.isInfinite(changed) ? (float) (number * (1 - Math.abs(change))) : changed);
    }

    private static String precise(double number, double change) {
        double changed = number * (1 + change);
        return Double.toString(Double.isInfinite(changed) ? number * (1 - Math.abs(change)) : changed);
    }

    private BigDecimal exact(BigDecimal number, double change) {
        BigDecimal changed = times(number, 1 + change);
        return fits(changed) ? changed : times(number, 1 - Math.abs(change));
    }

    private BigDecimal times(BigDecimal number, double factor) {
        int scale = type.limit() > 0 ? type.scale() : number.scale();
        return number.multiply(BigDecimal.valueOf(factor)).setScale(scale, RoundingMode.HALF_UP);
    }

    private boolean fits(BigDecimal number) {
        if (type.family().isInteger()) {
            return NumberText.fits(number.toPlainString(), type);
        }
        return type.limit() == 0
                || number.precision() - number.scale() <= type.limit() - type.scale()
                || number.signum() == 0;
    }
}

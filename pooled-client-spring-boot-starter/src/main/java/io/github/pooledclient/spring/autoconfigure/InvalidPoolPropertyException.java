// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import java.io.Serial;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A property has a value that the pool cannot work with; the application does not start. */
public final class InvalidPoolPropertyException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String property;
    private final @Nullable String value;
    private final String reason;

    InvalidPoolPropertyException(String property, @Nullable Object value, String reason) {
        this(property, value, reason, null);
    }

    private InvalidPoolPropertyException(
            String property, @Nullable Object value, String reason, @Nullable Throwable cause) {
        super(property + " = " + value + ": " + reason, cause);
        this.property = property;
        this.value = value == null ? null : value.toString();
        this.reason = reason;
    }

    /** Sets what a property says, unless it says nothing; what the setter refuses is refused here with the property's name. */
    static <T> void set(String property, @Nullable T value, Consumer<T> setter) {
        if (value != null) {
            made(property, value, given -> {
                setter.accept(given);
                return given;
            });
        }
    }

    /** What is made of a property's value; what the maker refuses is refused here with the property's name. */
    static <T, R> R made(String property, T value, Function<T, R> maker) {
        try {
            return maker.apply(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidPoolPropertyException(property, value, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * @param name of the setting, as builders have it
     * @throws IllegalArgumentException if the value is negative
     */
    static Duration notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
        return value;
    }

    /** The property in its canonical form: {@code pool.max-idle-per-host}. */
    public String property() {
        return property;
    }

    /** The value that it has; null if it has none and should. */
    public @Nullable String value() {
        return value;
    }

    /** Why not, and what it may be. */
    public String reason() {
        return reason;
    }
}

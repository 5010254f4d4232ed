// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.internal.wire.Ascii;
import io.github.pooledclient.transport.Origin;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request as it is to be sent: checked ({@link FieldRules}), but without the fields that belong to the
 * connection and to the framing, which the protocol version adds. Immutable.
 *
 * @param method a token
 * @param origin where to
 * @param target path and query in origin form (RFC 9112, 3.2.1), or {@code *}
 * @param caller the fields that the caller set
 * @param added fields that we set, or null; where the caller set the same name, the caller's stand
 * @param expectContinue whether to ask for 100 (Continue) before the content
 */
public record RequestHead(
        String method,
        Origin origin,
        String target,
        HttpHeaders caller,
        @Nullable Added added,
        boolean expectContinue) {

    /** How we call ourselves, unless the caller does. */
    public static final Added USER_AGENT = new Added("User-Agent", "pooled-client", null);

    /**
     * A field of ours, and those before it: what is added to each request costs no list, nor a copy of one. Immutable.
     */
    public static final class Added {

        private final String name;
        private final String value;
        private final @Nullable Added before;
        private final byte[] line;

        /**
         * @throws IllegalArgumentException if name or value has a character that no line may contain
         */
        public Added(String name, String value, @Nullable Added before) {
            this.name = name;
            this.value = value;
            this.before = before;
            // The blanks around a value are not part of it (RFC 9110, 5.5).
            this.line = Ascii.line(name + ": " + value.trim());
        }

        public String name() {
            return name;
        }

        public @Nullable Added before() {
            return before;
        }

        /** As HTTP/1.1 writes it, made once for all requests; not to be changed. */
        public byte[] line() {
            return line;
        }

        /** The value of the first field of a name, or null. */
        @Nullable
        String first(String wanted) {
            String earlier = before == null ? null : before.first(wanted);
            return earlier == null && name.equalsIgnoreCase(wanted) ? value : earlier;
        }

        /** These without the fields of a name. */
        @Nullable
        Added without(String unwanted) {
            Added others = before == null ? null : before.without(unwanted);
            if (name.equalsIgnoreCase(unwanted)) {
                return others;
            }
            return Objects.equals(others, before) ? this : new Added(name, value, others);
        }
    }

    /** This head with one more field of ours. */
    public RequestHead with(String name, String value) {
        return with(new Added(name, value, added));
    }

    /** This head with these fields of ours, and no others. */
    public RequestHead with(@Nullable Added fields) {
        return new RequestHead(method, origin, target, caller, fields, expectContinue);
    }

    /** This head without the fields of a name, the caller's as well as ours. */
    public RequestHead without(String name) {
        if (!has(name)) {
            return this;
        }
        Added others = added == null ? null : added.without(name);
        HttpHeaders callers = HttpHeaders.of(caller.map(), (field, value) -> !field.equalsIgnoreCase(name));
        return new RequestHead(method, origin, target, callers, others, expectContinue);
    }

    /** The value of the first field of a name, the caller's before ours, or null. */
    public @Nullable String first(String name) {
        List<String> callers = caller.map().get(name);
        if (callers != null && !callers.isEmpty()) {
            return callers.get(0);
        }
        return added == null ? null : added.first(name);
    }

    /** This head as a proxy is asked (RFC 9112, 3.2.2): with the origin in its target. */
    public RequestHead inAbsoluteForm() {
        String absolute = origin.scheme() + "://" + origin.authority() + target;
        return new RequestHead(method, origin, absolute, caller, added, expectContinue);
    }

    /** Whether the caller or we set a field of this name. */
    public boolean has(String name) {
        if (!caller.map().isEmpty() && caller.map().containsKey(name)) {
            return true;
        }
        return added != null && added.first(name) != null;
    }
}

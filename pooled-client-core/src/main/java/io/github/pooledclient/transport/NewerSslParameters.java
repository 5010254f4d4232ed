// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.lang.reflect.Method;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The properties of {@link SSLParameters} that are younger than Java 17: signature schemes (19), named groups (20). */
@SuppressWarnings("ImmutableEnumChecker") // a Method is as good as immutable
enum NewerSslParameters {
    SIGNATURE_SCHEMES("SignatureSchemes"),
    NAMED_GROUPS("NamedGroups");

    private final @Nullable Method getter;
    private final @Nullable Method setter;

    NewerSslParameters(String property) {
        getter = find("get" + property);
        setter = find("set" + property, String[].class);
    }

    static void copy(SSLParameters from, SSLParameters to) {
        for (NewerSslParameters property : values()) {
            if (property.getter != null && property.setter != null) {
                call(property.setter, to, (Object) call(property.getter, from));
            }
        }
    }

    static Stream<@Nullable Object> values(SSLParameters from) {
        return Stream.of(values())
                .map(property -> property.getter == null ? null : TlsIdentity.list(call(property.getter, from)));
    }

    private static @Nullable Method find(String name, Class<?>... types) {
        try {
            return SSLParameters.class.getMethod(name, types);
        } catch (NoSuchMethodException olderThanTheProperty) {
            return null;
        }
    }

    private static String @Nullable [] call(Method method, SSLParameters target, @Nullable Object... arguments) {
        try {
            return (String[]) method.invoke(target, arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot call " + method, e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.transport.AddressRefusedException;
import java.lang.reflect.Constructor;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * An address filter of Spring Boot's as one of the client's. Equal if the filters are, so that all who are given the same
 * bean share connections.
 *
 * @param filter which addresses may be connected to
 */
public record BootAddressFilter(InetAddressFilter filter) implements Predicate<InetSocketAddress> {

    // Boot keeps it to itself, but its exception is what callers of a filtered client expect. Without it they get ours.
    static final @Nullable Constructor<FilteredHostException> REFUSAL = constructor();

    private static @Nullable Constructor<FilteredHostException> constructor() {
        try {
            return FilteredHostException.class.getDeclaredConstructor(String.class, InetAddressFilter.class);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    @Override
    public boolean test(InetSocketAddress address) {
        return filter.matches(address);
    }

    /** Boot's exception for what a client refused by a filter of Boot's, else the refusal itself. */
    static Exception refusal(AddressRefusedException refused, PooledHttpClient client) {
        if (REFUSAL != null && client.addressFilter().orElse(null) instanceof BootAddressFilter boot) {
            FilteredHostException filtered = BeanUtils.instantiateClass(REFUSAL, refused.host(), boot.filter);
            filtered.initCause(refused);
            return filtered;
        }
        return refused;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/** What is called by reflection, told to native images: the constructor of Boot's exception for a refused address. */
final class PooledClientRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        if (ClassUtils.isPresent("org.springframework.boot.http.client.FilteredHostException", classLoader)
                && BootAddressFilter.REFUSAL != null) {
            hints.reflection().registerConstructor(BootAddressFilter.REFUSAL, ExecutableMode.INVOKE);
        }
    }
}

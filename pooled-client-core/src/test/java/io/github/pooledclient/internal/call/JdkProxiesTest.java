// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdkProxiesTest {

    private final ProxySelector jdks = ProxySelector.getDefault();

    @Test
    void jdksSelectorHasNoneAsLongAsNothingNamesOne() {
        assertThat(JdkProxies.hasNone(jdks)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http.proxyHost", "https.proxyHost", "proxyHost", "socksProxyHost", "java.net.useSystemProxies"})
    void jdksSelectorIsAskedOnceAPropertyIsSet(String property) {
        System.setProperty(property, "proxy.example");
        try {
            assertThat(JdkProxies.hasNone(jdks)).isFalse();
        } finally {
            System.clearProperty(property);
        }
    }

    @Test
    void anotherSelectorIsAlwaysAsked() {
        assertThat(JdkProxies.hasNone(ProxySelector.of(InetSocketAddress.createUnresolved("proxy.example", 8080))))
                .isFalse();
    }
}

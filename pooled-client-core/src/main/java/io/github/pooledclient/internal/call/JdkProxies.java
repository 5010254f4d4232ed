// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.io.Reader;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the JDK's default proxy selector without asking it, which costs half a kilobyte for each call: where
 * nothing that it reads names a proxy, there is none.
 */
final class JdkProxies {

    private static final Logger LOG = LoggerFactory.getLogger(JdkProxies.class);

    private static final String CLASS = "sun.net.spi.DefaultProxySelector";
    private static final List<String> PROPERTIES =
            List.of("http.proxyHost", "https.proxyHost", "proxyHost", "socksProxyHost", "java.net.useSystemProxies");
    // Read once, as the selector does; the properties of the JVM may change at any time.
    private static final boolean FILE_NAMES_NONE = fileNamesNone();

    private JdkProxies() {}

    /** Whether this is the JDK's selector, and has no proxy for anybody. */
    static boolean hasNone(ProxySelector selector) {
        if (!FILE_NAMES_NONE || !selector.getClass().getName().equals(CLASS)) {
            return false;
        }
        for (int i = 0; i < PROPERTIES.size(); i++) {
            if (System.getProperty(PROPERTIES.get(i)) != null) {
                return false;
            }
        }
        return true;
    }

    private static boolean fileNamesNone() {
        Path file = Path.of(System.getProperty("java.home"), "conf", "net.properties");
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("Cannot read {}: the proxy selector is asked for each call", file, e);
            return false;
        }
        return PROPERTIES.stream()
                .map(name -> properties.getProperty(name, "false"))
                .allMatch(value -> value.equals("false"));
    }
}

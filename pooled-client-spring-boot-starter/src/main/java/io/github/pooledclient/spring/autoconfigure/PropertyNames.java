// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.spring.autoconfigure.PooledClientProperties.Host;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.NativeDetector;
import org.springframework.core.env.Environment;

/**
 * Finds names under {@code pool} that are probably misspelt. Names that are like none of ours are left alone: the prefix is a
 * common word. Those below a host are all ours.
 */
final class PropertyNames {

    private static final ConfigurationPropertyName POOL = ConfigurationPropertyName.of("pool");
    private static final ConfigurationPropertyName HOSTS = ConfigurationPropertyName.of("pool.hosts");
    // Of one element: what need not stand in brackets.
    private static final Pattern PLAIN = Pattern.compile("[^.\\[\\]]+");

    // By what is left of a name without dots and dashes, which is how environment variables write it.
    private final Map<String, String> ofAll = known(PooledClientProperties.class);
    private final Map<String, String> ofHost = known(Host.class);
    private final List<String> misspelt = new ArrayList<>();

    private PropertyNames() {}

    /**
     * What to tell about the names in an environment.
     *
     * @throws InvalidPoolPropertyException if a host has a property that there is not
     */
    static List<String> misspelt(Environment environment) {
        // Records do not know their components there; the same properties were looked at when it was tested on a JVM.
        if (NativeDetector.inNativeImage()) {
            return List.of();
        }
        PropertyNames names = new PropertyNames();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream().filter(POOL::isAncestorOf).forEach(name -> names.look(name, source));
            }
        }
        return List.copyOf(names.misspelt);
    }

    /** What the names of a host's properties begin with: {@code pool.hosts.api.}, {@code pool.hosts[api.example.com].}. */
    static String ofHost(String host) {
        return PLAIN.matcher(host).matches() ? "pool.hosts." + host + "." : "pool.hosts[" + host + "].";
    }

    private void look(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        if (HOSTS.isAncestorOf(name)) {
            int ofTheHost = HOSTS.getNumberOfElements() + 1;
            String key = joined(name, ofTheHost);
            if (!key.isEmpty() && !ofHost.containsKey(key)) {
                throw unknown(name, name.chop(ofTheHost), closest(key, ofHost).name(), source);
            }
        } else {
            String key = joined(name, POOL.getNumberOfElements());
            Closest closest = closest(key, ofAll);
            if (closest.distance() > 0 && closest.distance() <= Math.max(1, key.length() / 4)) {
                misspelt.add(name + " is no property of the connection pool: is pool." + closest.name() + " meant?");
            }
        }
    }

    private static InvalidPoolPropertyException unknown(
            ConfigurationPropertyName name,
            ConfigurationPropertyName host,
            String closest,
            ConfigurationPropertySource source) {
        ConfigurationProperty written = source.getConfigurationProperty(name);
        return new InvalidPoolPropertyException(
                name.toString(),
                written == null ? null : written.getValue(),
                "hosts have no such property; the one most like it is " + host + "." + closest);
    }

    /** The names of the properties of a record, by what is left of them. */
    private static Map<String, String> known(Class<?> type) {
        Map<String, String> known = new TreeMap<>();
        names(type, "").forEach(name -> known.put(name.replaceAll("[.-]", ""), name));
        return known;
    }

    private static Stream<String> names(Class<?> type, String prefix) {
        return Stream.of(type.getRecordComponents()).flatMap(component -> names(component, prefix));
    }

    private static Stream<String> names(RecordComponent component, String prefix) {
        String name = prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return component.getType().isRecord() ? names(component.getType(), name + ".") : Stream.of(name);
    }

    /** The elements of a name from one on, without dots, dashes, and the index of a list. */
    private static String joined(ConfigurationPropertyName name, int from) {
        StringBuilder joined = new StringBuilder();
        for (int i = from; i < name.getNumberOfElements(); i++) {
            if (!name.isNumericIndex(i)) {
                joined.append(name.getElement(i, Form.UNIFORM));
            }
        }
        return joined.toString();
    }

    /** The name that is most like another one. */
    private record Closest(String name, int distance) {}

    private static Closest closest(String key, Map<String, String> known) {
        Closest closest = new Closest("", Integer.MAX_VALUE);
        for (Map.Entry<String, String> candidate : known.entrySet()) {
            int distance = distance(key, candidate.getKey());
            if (distance < closest.distance()) {
                closest = new Closest(candidate.getValue(), distance);
            }
        }
        return closest;
    }

    /** How many letters have to be inserted, removed or replaced to make one of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }
}

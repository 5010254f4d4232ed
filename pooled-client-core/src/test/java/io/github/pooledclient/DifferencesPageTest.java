// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that users read about {@link Difference}s says what the tests say: one row for each. */
class DifferencesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "differences-from-jdk.md");
    // The last column of a row.
    private static final Pattern FACT = Pattern.compile("`(\\w+ContractTest\\.\\w+)` \\|$", Pattern.MULTILINE);

    @Test
    void pageHasARowForEachDifference() throws Exception {
        Set<String> listed = FACT.matcher(Files.readString(PAGE))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(listed).isEqualTo(tested());
    }

    private static Set<String> tested() throws IOException, URISyntaxException {
        // Not the package, which may be found among the main classes.
        Path self = Path.of(DifferencesPageTest.class
                .getResource("DifferencesPageTest.class")
                .toURI());
        try (Stream<Path> classes = Files.list(self.getParent())) {
            return classes.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("ContractTest.class"))
                    .map(name -> load(name.substring(0, name.indexOf('.'))))
                    .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                    .filter(method -> method.isAnnotationPresent(Difference.class))
                    .map(DifferencesPageTest::name)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(DifferencesPageTest.class.getPackageName() + "." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.PooledHttpClient;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** A JVM in which there is nothing but the client, for what concerns all of a process. */
public final class OwnProcess {

    private OwnProcess() {}

    /**
     * Runs the {@code main} method of a class, and returns what it prints.
     *
     * @param options of the JVM
     */
    public static String run(Class<?> main, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(PooledHttpClient.class, main, LoggerFactory.class), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String classPath(Class<?>... of) {
        return Stream.of(of)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }
}

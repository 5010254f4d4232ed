// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.testing;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;

/**
 * Runs code on the class path of this JVM less some libraries, as an application without them does. Class loaders that
 * only hide classes do not show what a missing annotation does.
 */
public final class ReducedClassPath {

    private ReducedClassPath() {}

    /**
     * @param task has a public constructor without parameters, and a result of a class of the JDK's
     * @param missing what the names of the libraries begin with that are left out
     */
    public static Object call(Class<? extends Callable<?>> task, String... missing) throws Exception {
        URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(entry ->
                        Arrays.stream(missing).noneMatch(entry.getFileName().toString()::startsWith))
                .map(ReducedClassPath::url)
                .toArray(URL[]::new);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader reduced = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(reduced);
            return ((Callable<?>)
                            reduced.loadClass(task.getName()).getConstructor().newInstance())
                    .call();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}

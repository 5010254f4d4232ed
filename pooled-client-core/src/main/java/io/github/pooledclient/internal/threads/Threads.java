// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.threads;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The one place that knows whether there are virtual threads (JDK 21 and newer). */
public final class Threads {

    private static final @Nullable ThreadFactory VIRTUAL = virtualFactory();
    private static final AtomicLong COUNT = new AtomicLong();
    // Only used without virtual threads. Threads end after three idle seconds, so that a closed client leaves none
    // behind.
    private static final ThreadPoolExecutor PLATFORM = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            3,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> daemon("pooled-client-" + COUNT.incrementAndGet(), task));

    private Threads() {}

    /**
     * Runs a blocking task soon, on a virtual thread where the JDK has them, else on a daemon thread. Its context class loader
     * is that of the caller: the task may be user code, which finds its classes there.
     */
    public static void start(Runnable task) {
        if (VIRTUAL != null) {
            VIRTUAL.newThread(task).start();
        } else {
            PLATFORM.execute(inContextOf(Thread.currentThread().getContextClassLoader(), task));
        }
    }

    private static Runnable inContextOf(@Nullable ClassLoader loader, Runnable task) {
        return () -> {
            Thread thread = Thread.currentThread();
            thread.setContextClassLoader(loader);
            try {
                task.run();
            } finally {
                thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
            }
        };
    }

    /**
     * Runs a task that holds its thread in native code (a name look-up) on a platform daemon thread: on a virtual one it
     * would hold a carrier.
     */
    public static void startPlatform(Runnable task) {
        PLATFORM.execute(task);
    }

    /** A platform daemon thread, not started. */
    public static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        // It lives for all clients of the process, and must not keep the application that happened to be first.
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        return thread;
    }

    /** Whether a thread is a virtual one: its timed waits cost the JDK a timer each, that of a platform thread nothing. */
    public static boolean isVirtual(Thread thread) {
        if (VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) Question.IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new LinkageError("Thread.isVirtual", e);
        }
    }

    // Looked up when somebody asks, as a handle that the JIT sees through.
    private static final class Question {

        static final MethodHandle IS_VIRTUAL = find();

        private static MethodHandle find() {
            try {
                return MethodHandles.publicLookup()
                        .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("Thread.isVirtual", e);
            }
        }
    }

    private static @Nullable ThreadFactory virtualFactory() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            builder = builderType.getMethod("name", String.class, long.class).invoke(builder, "pooled-client-", 0L);
            Method factory = builderType.getMethod("factory");
            return (ThreadFactory) factory.invoke(builder);
        } catch (ReflectiveOperationException | UnsupportedOperationException olderThan21) {
            return null;
        }
    }
}

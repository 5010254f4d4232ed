// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * What the JDK's flight recorder is told, if there is one and it is on; the one place that knows. No type of its module is in
 * a signature here, nor loaded before the recorder is used. Safe for use by several threads.
 */
public final class FlightRecord {

    // Absent from images that jlink made without it, and not read by a module path that leaves it out.
    private static final boolean THERE = isThere();

    private FlightRecord() {}

    private static boolean isThere() {
        try {
            Class.forName("jdk.jfr.FlightRecorder", false, FlightRecord.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Whether the recorder has ever been on; asked before each use, and nearly free. */
    public static boolean isOn() {
        return THERE && Recorder.isOn();
    }

    /** Something that is under way. */
    public interface Acquire {

        /** It has ended, well or not. */
        void end(boolean reused, @Nullable Throwable failure);
    }

    /** Something that is under way. */
    public interface Open {

        /** It has ended, well or not. */
        void end(@Nullable String remoteAddress, @Nullable Throwable failure);
    }

    /** Something that is under way. */
    public interface Exchange {

        /** The head of the response has come, or never will: then the status is 0. */
        void end(int status, @Nullable Throwable failure);
    }

    /** A caller begins to acquire a connection. Only while {@link #isOn}. */
    public static Acquire acquire(String host) {
        return new AcquireEvent(host);
    }

    /** A connection is about to be opened. Only while {@link #isOn}. */
    public static Open open(String host) {
        return new ConnectionOpenedEvent(host);
    }

    /** A request is about to be sent. Only while {@link #isOn}. */
    public static Exchange exchange(String host, String method, String target, boolean reused) {
        return new ExchangeEvent(host, method, target, reused);
    }

    /** A connection was closed. Only while {@link #isOn}. */
    public static void closed(String host, String reason, long ageNanos) {
        new ConnectionClosedEvent(host, reason, ageNanos).commit();
    }

    /** In a class of its own, which is loaded only where there is a recorder. */
    private static final class Recorder {

        static boolean isOn() {
            return jdk.jfr.FlightRecorder.isInitialized();
        }
    }
}

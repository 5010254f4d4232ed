// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is logged while this is open, by whomever; it is still printed. For one test at a time. */
public final class CapturedLog implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public CapturedLog() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The lines that have something in them. */
    public List<String> linesWith(String part) {
        return text().lines().filter(line -> line.contains(part)).toList();
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(text());
    }
}

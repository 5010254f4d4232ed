// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** As much of ASN.1's DER encoding (X.690) as a certificate needs: tag, length, value. */
final class Der {

    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return encoded(0x30, parts);
    }

    static byte[] set(byte[]... parts) {
        return encoded(0x31, parts);
    }

    static byte[] integer(BigInteger value) {
        return encoded(0x02, value.toByteArray());
    }

    static byte[] bool(boolean value) {
        return encoded(0x01, new byte[] {(byte) (value ? 0xff : 0)});
    }

    static byte[] bits(byte[] value) {
        return encoded(0x03, new byte[] {0}, value);
    }

    static byte[] octets(byte[] value) {
        return encoded(0x04, value);
    }

    static byte[] utf8(String value) {
        return encoded(0x0c, value.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code yyyyMMddHHmmssZ}. */
    static byte[] time(String value) {
        return encoded(0x18, value.getBytes(StandardCharsets.US_ASCII));
    }

    /** [number], around others. */
    static byte[] tagged(int number, byte[] content) {
        return encoded(CONTEXT | CONSTRUCTED | number, content);
    }

    /** [number], in the place of a primitive type's own tag. */
    static byte[] primitive(int number, byte[] value) {
        return encoded(CONTEXT | number, value);
    }

    static byte[] oid(int first, int second, int... others) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first * 40 + second);
        for (int arc : others) {
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arc >>> shift != 0) {
                    out.write(((arc >>> shift) & 0x7f) | 0x80);
                }
            }
            out.write(arc & 0x7f);
        }
        return encoded(0x06, out.toByteArray());
    }

    private static byte[] encoded(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        writeLength(content.size(), out);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    private static void writeLength(int length, ByteArrayOutputStream out) {
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
    }
}

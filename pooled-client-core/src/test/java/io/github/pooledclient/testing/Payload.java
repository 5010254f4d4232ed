// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

/** A body that is a function of a number, so that whoever knows the number can tell whether the body is the right one. */
public final class Payload {

    private Payload() {}

    /** The first bytes of the body of a number; letters, so that they can be compressed. */
    public static byte[] bytes(long number, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i += 8) {
            long mixed = mix(number + i);
            for (int j = i; j < Math.min(i + 8, length); j++, mixed >>>= 8) {
                bytes[j] = (byte) ('a' + (mixed & 15));
            }
        }
        return bytes;
    }

    // SplitMix64: two numbers have no long run of bytes in common.
    private static long mix(long number) {
        long z = number * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that begin with the same bits: {@code 10.0.0.0/8}, {@code 2001:db8::/32} (RFC 4632, 3.1), or a single one.
 * Nothing is looked up. Immutable.
 */
final class AddressBlock {

    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,3}");

    private final byte[] address;
    private final int bits;

    private AddressBlock(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /** Null if the text is neither an address, without brackets, nor a block of them. */
    static @Nullable AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int most = address.length * Byte.SIZE;
        if (slash < 0) {
            return new AddressBlock(address, most);
        }
        String length = text.substring(slash + 1);
        return LENGTH.matcher(length).matches() && Integer.parseInt(length) <= most
                ? new AddressBlock(address, Integer.parseInt(length))
                : null;
    }

    /** Whether a host, without brackets, is one of the addresses. */
    boolean contains(String host) {
        byte[] candidate = bytes(host);
        if (candidate == null || candidate.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if (((candidate[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte @Nullable [] bytes(String host) {
        boolean ipv6 = host.indexOf(':') >= 0;
        if (!ipv6 && !IPV4.matcher(host).matches()) {
            return null;
        }
        try {
            // What stands in brackets is never taken for a name.
            return InetAddress.getByName(ipv6 ? "[" + host + "]" : host).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}

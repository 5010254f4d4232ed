// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressOrderTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "10.0.0.1 10.0.0.2, 10.0.0.1 10.0.0.2",
        "10.0.0.1 10.0.0.2 ::1 ::2, 10.0.0.1 ::1 10.0.0.2 ::2",
        "::1 ::2 ::3 10.0.0.1, ::1 10.0.0.1 ::2 ::3",
        "::1 10.0.0.1 10.0.0.2, ::1 10.0.0.1 10.0.0.2",
    })
    void familiesAlternateBeginningWithTheFirst(String resolved, String ordered) {
        assertThat(AddressOrder.alternating(addresses(resolved))).isEqualTo(addresses(ordered));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.9, 10.0.0.1 ::1, 10.0.0.1",
        "::9, 10.0.0.1 ::1, ::1",
        "::9, 10.0.0.1, 10.0.0.1",
    })
    void localAddressReachesItsOwnFamily(String local, String resolved, String reachable) {
        assertThat(AddressOrder.reachableFrom(addresses(local).get(0), addresses(resolved)))
                .isEqualTo(addresses(reachable));
    }

    private static List<InetAddress> addresses(String list) {
        return Stream.of(list.split(" ")).map(AddressOrderTest::address).toList();
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}

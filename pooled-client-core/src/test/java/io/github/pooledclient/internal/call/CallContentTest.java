// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class CallContentTest {

    @Test
    void bodyThatHasFailedDoesNotEndAsIfItWereWhole() throws Exception {
        InputStream body = BodyStream.of(
                ResponseBodyTest.callContent(new FakeContent().with("x").cutOff()));
        assertThat(body.read()).isEqualTo('x');
        assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessage("cut off");

        assertThatThrownBy(body::read).isInstanceOf(IOException.class);
    }

    @Test
    void bodyThatIsWholeGoesOnSayingSo() throws Exception {
        InputStream body = BodyStream.of(
                ResponseBodyTest.callContent(new FakeContent().with("x").end()));
        assertThat(body.readAllBytes()).containsExactly('x');

        assertThat(body.read()).isEqualTo(-1);
    }

    @Test
    void bodyThatWasClosedDoesNotEndAsIfItWereWhole() throws Exception {
        CallContent content =
                ResponseBodyTest.callContent(new FakeContent().with("x").end());
        InputStream body = BodyStream.of(content);
        assertThat(body.read()).isEqualTo('x');

        // As another thread closes it, that has the stream just when the reader is about to take it.
        content.close();

        assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessage("the response body was closed");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import io.github.pooledclient.PooledHttpClient;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the reverse proxy under {@code /proxy/}. */
@Configuration(proxyBeanMethods = false)
class ProxyConfiguration {

    @Bean
    ServletRegistrationBean<ProxyServlet> proxy(PooledHttpClient client, @Value("${proxy.upstream}") String upstream) {
        return new ServletRegistrationBean<>(new ProxyServlet(client, upstream), "/proxy/*");
    }

    /** A caller that expects 100 (Continue) gets it when his body is read, and that is when the upstream wants it. */
    @Bean
    TomcatConnectorCustomizer continueOnRead() {
        return connector -> connector.setProperty("continueResponseTiming", "onRead");
    }
}

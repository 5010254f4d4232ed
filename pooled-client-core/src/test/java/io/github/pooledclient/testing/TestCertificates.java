// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS for tests: an authority, and certificates that it signed, made once per JVM. Each context is a new one, with no
 * session to resume.
 */
public final class TestCertificates {

    /** The name that the certificate of {@link #otherHostServer()} is for. */
    public static final String OTHER_HOST = "other.example";

    /** The subject of the certificate of {@link #clientWithCertificate()}. */
    public static final String CLIENT_NAME = "CN=test client";

    private static final char[] PASSWORD = "password".toCharArray();
    private static final AtomicLong SERIAL = new AtomicLong();
    private static final byte[] SHA256_WITH_ECDSA = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));

    private static final Authority TRUSTED = new Authority("test authority");
    private static final X509Certificate AUTHORITY = TRUSTED.certificate;
    private static final X509Certificate STRANGER = new Authority("another authority").certificate;
    private static final KeyStore LOCALHOST = TRUSTED.signed("localhost", "localhost", "127.0.0.1", "::1");
    private static final KeyStore OTHER = TRUSTED.signed(OTHER_HOST, OTHER_HOST);
    private static final KeyStore CLIENT = TRUSTED.signed("test client", "client.example");

    private TestCertificates() {}

    /** A server for localhost, 127.0.0.1 and ::1, that trusts {@link #clientWithCertificate()}. */
    public static SSLContext server() {
        return context(LOCALHOST, AUTHORITY);
    }

    /** A server whose certificate is for another host than the one it runs on. */
    public static SSLContext otherHostServer() {
        return context(OTHER, AUTHORITY);
    }

    /** A client that trusts the servers here. */
    public static SSLContext client() {
        return context(null, AUTHORITY);
    }

    /** A client that trusts the servers here, and shows a certificate to those who ask. */
    public static SSLContext clientWithCertificate() {
        return context(CLIENT, AUTHORITY);
    }

    /** A client that trusts an authority which has signed none of the servers here. */
    public static SSLContext untrustingClient() {
        return context(null, STRANGER);
    }

    /** The authority that signed the servers here. */
    public static String authorityPem() {
        return TRUSTED.pem();
    }

    /** Writes the chain and the key of {@link #server()} as servers that are not in Java read them. */
    public static void writePem(Path chain, Path key) throws IOException {
        Pem pem = Pem.of(LOCALHOST);
        Files.writeString(chain, pem.chain());
        Files.writeString(key, pem.key());
    }

    /** A certificate with those above it, and its key, as PEM. */
    public record Pem(String chain, String key) {

        private static Pem of(KeyStore store) {
            try {
                StringBuilder chain = new StringBuilder();
                for (Certificate certificate : store.getCertificateChain("key")) {
                    chain.append(pem("CERTIFICATE", certificate.getEncoded()));
                }
                return new Pem(
                        chain.toString(),
                        pem("PRIVATE KEY", store.getKey("key", PASSWORD).getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** One that signs certificates, with a key of its own. */
    public static final class Authority {

        private final String name;
        private final KeyPair keys = newKeys();
        private final X509Certificate certificate;

        public Authority(String name) {
            this.name = name;
            byte[] isAuthority = Der.sequence(Der.bool(true));
            byte[] basicConstraints = Der.sequence(Der.oid(2, 5, 29, 19), Der.bool(true), Der.octets(isAuthority));
            this.certificate = TestCertificates.certificate(name, keys, name, keys.getPrivate(), basicConstraints);
        }

        /** Its own certificate, for those who are to trust it. */
        public String pem() {
            try {
                return TestCertificates.pem("CERTIFICATE", certificate.getEncoded());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /** A new certificate for hosts, with a new key. */
        public Pem sign(String subject, String... hosts) {
            return Pem.of(signed(subject, hosts));
        }

        private KeyStore signed(String subject, String... hosts) {
            try {
                KeyPair subjectKeys = newKeys();
                byte[][] names =
                        Stream.of(hosts).map(TestCertificates::generalName).toArray(byte[][]::new);
                byte[] subjectAltName = Der.sequence(Der.oid(2, 5, 29, 17), Der.octets(Der.sequence(names)));
                X509Certificate signed =
                        TestCertificates.certificate(subject, subjectKeys, name, keys.getPrivate(), subjectAltName);
                KeyStore store = emptyStore();
                store.setKeyEntry("key", subjectKeys.getPrivate(), PASSWORD, new Certificate[] {signed, certificate});
                return store;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static String pem(String type, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }

    /** The trust managers of {@link #client()}, for a test to look into. */
    public static TrustManager[] trustManagers() {
        return trustManagers(AUTHORITY);
    }

    private static SSLContext context(@Nullable KeyStore keys, X509Certificate trusted) {
        try {
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(keys, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trustManagers(trusted), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TrustManager[] trustManagers(X509Certificate trusted) {
        try {
            KeyStore store = emptyStore();
            store.setCertificateEntry("trusted", trusted);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    // RFC 5280, 4.2.1.6: [2] is a DNS name, [7] an address.
    private static byte[] generalName(String host) {
        try {
            boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
            return address
                    ? Der.primitive(7, InetAddress.getByName(host).getAddress())
                    : Der.primitive(2, host.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // RFC 5280, 4.1.
    private static X509Certificate certificate(
            String name, KeyPair keys, String issuer, PrivateKey issuerKey, byte[] extension) {
        byte[] content = Der.sequence(
                Der.tagged(0, Der.integer(BigInteger.TWO)),
                Der.integer(BigInteger.valueOf(SERIAL.incrementAndGet())),
                SHA256_WITH_ECDSA,
                commonName(issuer),
                Der.sequence(Der.time("20200101000000Z"), Der.time("20991231235959Z")),
                commonName(name),
                keys.getPublic().getEncoded(),
                Der.tagged(3, Der.sequence(extension)));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(issuerKey);
            signature.update(content);
            byte[] certificate = Der.sequence(content, SHA256_WITH_ECDSA, Der.bits(signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] commonName(String name) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(2, 5, 4, 3), Der.utf8(name))));
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.posthouse.net.tls;

import java.util.List;

/** The versions of TLS, by the JDK's names. */
final class Protocols {

    static final String TLS_1_3 = "TLSv1.3";
    static final String TLS_1_2 = "TLSv1.2";

    /** RFC 8996 forbids older ones. */
    static final List<String> DEFAULT = List.of(TLS_1_3, TLS_1_2);

    private Protocols() {}
}

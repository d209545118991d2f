/**
 * Keys and the primitives of secure channels: pure functions and small values over the JDK's own
 * cryptography, no sockets and no protocol. {@link dev.posthouse.crypto.Ed25519KeyPair} signs and
 * {@link dev.posthouse.crypto.Ed25519PublicKey} verifies (Ed25519); {@link dev.posthouse.crypto.X25519KeyPair} agrees on a secret
 * (X25519), {@link dev.posthouse.crypto.Hkdf} makes keys of it, {@link dev.posthouse.crypto.RecordCipher} seals records
 * with them. Key material never shows in a text, and is never part of an exception.
 */
@NullMarked
package dev.posthouse.crypto;

import org.jspecify.annotations.NullMarked;

private import CGnuTLS

/// Message digests, computed by GnuTLS.
package enum Digest {
  /// SHA-256 (FIPS 180-4): 32 bytes.
  package static func sha256(_ message: [UInt8]) -> [UInt8] {
    hash(message, GNUTLS_DIG_SHA256, count: 32)
  }

  /// SHA-256 of a text as 64 lowercase hexadecimal digits.
  package static func sha256Text(of text: String) -> String {
    Hexadecimal.text(sha256(Array(text.utf8)))
  }

  /// MD5 (RFC 1321), 16 bytes: for `hashmod`, which must agree with Prometheus. Not for secrets.
  package static func md5(_ message: [UInt8]) -> [UInt8] {
    hash(message, GNUTLS_DIG_MD5, count: 16)
  }

  /// The keyed digest HMAC-SHA-256 (RFC 2104): 32 bytes.
  package static func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = unsafe gnutls_hmac_fast(
      GNUTLS_MAC_SHA256, key, key.count, message, message.count, &digest)
    precondition(status == 0, "GnuTLS has no HMAC-SHA-256")
    return digest
  }

  private static func hash(
    _ message: [UInt8], _ algorithm: gnutls_digest_algorithm_t, count: Int
  ) -> [UInt8] {
    precondition(gnutls_hash_get_len(algorithm) == count, "GnuTLS lacks a digest")
    var digest = [UInt8](repeating: 0, count: count)
    let status = unsafe gnutls_hash_fast(algorithm, message, message.count, &digest)
    precondition(status == 0, "GnuTLS lacks a digest")
    return digest
  }
}

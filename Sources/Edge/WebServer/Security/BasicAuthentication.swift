private import BlockingCalls
private import CGnuTLS
import Synchronization

/// Takes requests of users whose passwords are known by their bcrypt hashes (RFC 7617).
///
/// A password is hashed once, on a thread of its own, one at a time; then the verdict is remembered. Of
/// what was tried only a keyed digest is kept. An unknown user costs as much time as a wrong password.
package final class BasicAuthentication: Sendable {
  /// Users and the hashes of their passwords.
  package let users: [String: PasswordHash]

  private let nobody: PasswordHash
  private let key: [UInt8]
  private let verdicts = Mutex(VerdictCache<[UInt8]>(capacity: 100))
  private let desk = PasswordHashingPool()

  /// Makes the gate; there must be at least one user.
  package init(users: [String: PasswordHash]) {
    precondition(!users.isEmpty, "without users nobody could come in")
    self.users = users
    nobody = .ofNobody(cost: users.values.map(\.cost).max() ?? 10)
    var random = SystemRandomNumberGenerator()
    key = (0..<32).map { _ in random.next() }
  }

  /// What is known of a request without hashing.
  enum Verdict: Equatable {
    case admitted
    case refused
    /// The password was not tried yet.
    case unknown
  }

  /// What is known about the value of an `Authorization` field.
  func verdict(on field: String?) -> Verdict {
    guard let credentials = Credentials(field: field) else { return .refused }
    let digest = digest(of: credentials)
    return switch verdicts.withLock({ $0[digest] }) {
    case true: .admitted
    case false: .refused
    case nil: .unknown
    }
  }

  /// Whether a request with this `Authorization` field is taken.
  func admits(_ field: String?) async -> Bool {
    guard let credentials = Credentials(field: field) else { return false }
    let digest = digest(of: credentials)
    if let known = verdicts.withLock({ $0[digest] }) { return known }
    let hash = users[credentials.user]
    return await desk.run { [self] in
      // Somebody before in the line may have tried the same.
      if let known = verdicts.withLock({ $0[digest] }) { return known }
      guard !Task.isCancelled else { return false }
      let matches = (hash ?? nobody).matches(credentials.password) && hash != nil
      verdicts.withLock { $0.remember(digest, matches) }
      return matches
    }
  }

  /// A digest with a key that only this process knows. User and password cannot run into each other: the length stands first.
  private func digest(of credentials: Credentials) -> [UInt8] {
    let user = Array(credentials.user.utf8)
    let text =
      unsafe withUnsafeBytes(of: UInt64(user.count)) { unsafe Array($0) } + user
      + credentials.password
    var digest = [UInt8](repeating: 0, count: 32)
    let status = unsafe gnutls_hmac_fast(
      GNUTLS_MAC_SHA256, key, key.count, text, text.count, &digest)
    precondition(status == 0, "GnuTLS has no SHA-256")
    return digest
  }
}

/// User and password of an `Authorization` field.
struct Credentials: Equatable {
  let user: String
  let password: [UInt8]

  /// Nil for another scheme, broken Base64, a user that is no UTF-8, and when there is no colon.
  init?(field: String?) {
    guard let field else { return nil }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "basic",
      let bytes = Self.decode(parts[1].drop { $0 == " " }),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      let user = String(validating: bytes[..<colon], as: UTF8.self)
    else { return nil }
    self.user = user
    password = Array(bytes[(colon + 1)...])
  }

  private static func decode(_ text: Substring) -> [UInt8]? {
    var text = Array(text.utf8)
    return unsafe text.withUnsafeMutableBufferPointer { buffer in
      var input = unsafe gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
      var output = unsafe gnutls_datum_t(data: nil, size: 0)
      guard unsafe gnutls_base64_decode2(&input, &output) == 0 else { return nil }
      defer { unsafe tocsin_gnutls_free(output.data) }
      return unsafe Array(UnsafeBufferPointer(start: output.data, count: Int(output.size)))
    }
  }
}

/// Verdicts of the past, at most `capacity` of them. Refused ones make room first, so that whoever
/// guesses cannot drive out whoever knows.
struct VerdictCache<Key: Hashable> {
  private let capacity: Int
  private var verdicts: [Key: Bool] = [:]

  init(capacity: Int) {
    self.capacity = capacity
  }

  subscript(_ key: Key) -> Bool? { verdicts[key] }

  mutating func remember(_ key: Key, _ isAdmitted: Bool) {
    if verdicts[key] == nil, verdicts.count >= capacity {
      let index = verdicts.firstIndex { !$0.value } ?? verdicts.startIndex
      verdicts.remove(at: index)
    }
    verdicts[key] = isAdmitted
  }
}

/// Where passwords are hashed: a thread that nobody else needs.
private actor PasswordHashingPool {
  private let executor = ThreadExecutor(name: "http-passwords")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  func run(_ body: @Sendable () -> Bool) -> Bool { body() }
}

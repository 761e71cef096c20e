private import Concurrency
import Codecs
import Synchronization

/// HTTP basic authentication (RFC 7617) against bcrypt password hashes.
///
/// A password is hashed once, on a dedicated thread, one at a time; the verdict is then cached
/// under a keyed digest of the credentials. An unknown user costs as much time as a wrong password.
package final class BasicAuthentication: Sendable {
  /// Password hashes by user name.
  package let users: [String: PasswordHash]

  private let placeholder: PasswordHash
  private let key: [UInt8]
  private let verdicts = Mutex(VerdictCache<[UInt8]>(capacity: 100))
  private let hashingPool = PasswordHashingPool()

  /// Creates the check; there must be at least one user.
  package init(users: [String: PasswordHash]) {
    precondition(!users.isEmpty, "there must be at least one user")
    self.users = users
    placeholder = .unmatchable(cost: users.values.map(\.cost).max() ?? 10)
    var random = SystemRandomNumberGenerator()
    key = (0..<32).map { _ in random.next() }
  }

  /// The result of a check without hashing.
  enum Verdict: Equatable {
    case admitted
    case refused
    /// The password has not been hashed yet.
    case unknown
  }

  /// The cached verdict on the value of an `Authorization` field.
  func verdict(on field: String?) -> Verdict {
    guard let credentials = Credentials(field: field) else { return .refused }
    let digest = digest(of: credentials)
    return switch verdicts.withLock({ $0[digest] }) {
    case true: .admitted
    case false: .refused
    case nil: .unknown
    }
  }

  /// Whether a request with this `Authorization` field is authenticated; hashes the password if
  /// needed.
  func admits(_ field: String?) async -> Bool {
    guard let credentials = Credentials(field: field) else { return false }
    let digest = digest(of: credentials)
    if let known = verdicts.withLock({ $0[digest] }) { return known }
    let hash = users[credentials.user]
    return await hashingPool.run { [self] in
      // A request that was queued before may have hashed the same password.
      if let known = verdicts.withLock({ $0[digest] }) { return known }
      guard !Task.isCancelled else { return false }
      let matches = (hash ?? placeholder).matches(credentials.password) && hash != nil
      verdicts.withLock { $0.remember(digest, matches) }
      return matches
    }
  }

  /// A digest of the credentials with a key that only this process knows; the user name's length
  /// comes first, so that user and password cannot be confused.
  private func digest(of credentials: Credentials) -> [UInt8] {
    let user = Array(credentials.user.utf8)
    let text =
      unsafe withUnsafeBytes(of: UInt64(user.count)) { unsafe Array($0) } + user
      + credentials.password
    return Digest.hmacSHA256(text, key: key)
  }
}

/// User name and password of an `Authorization` field.
struct Credentials: Equatable {
  let user: String
  let password: [UInt8]

  /// Returns nil for another scheme, invalid Base64, a user name that is not UTF-8, or a missing
  /// colon.
  init?(field: String?) {
    guard let field else { return nil }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "basic",
      let bytes = Base64.decode(parts[1].drop { $0 == " " }),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      let user = String(validating: bytes[..<colon], as: UTF8.self)
    else { return nil }
    self.user = user
    password = Array(bytes[(colon + 1)...])
  }
}

/// A cache of at most `capacity` verdicts; negative ones are evicted first, so that guessed
/// passwords cannot displace correct ones.
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

/// Runs password hashing on a dedicated thread.
private actor PasswordHashingPool {
  private let executor = ThreadExecutor(name: "http-passwords")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  func run(_ body: @Sendable () -> Bool) -> Bool { body() }
}

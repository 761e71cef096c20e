import Testing

@testable import WebServer

/// Violated preconditions end the program, also in release builds.
@Suite struct PreconditionTests {
  @Test func aPortLiesInItsRange() async {
    await #expect(processExitsWith: .failure) { _ = ListenAddress(host: "127.0.0.1", port: 65_536) }
  }

  @Test func aRateHasAnInterval() async {
    await #expect(processExitsWith: .failure) {
      _ = RateLimiter.Limit(interval: .zero, burst: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = RateLimiter.Limit(interval: .seconds(1), burst: -1)
    }
  }

  @Test func basicAuthenticationNeedsAUser() async {
    await #expect(processExitsWith: .failure) { _ = BasicAuthentication(users: [:]) }
  }
}

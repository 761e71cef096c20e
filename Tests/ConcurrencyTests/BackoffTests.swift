import Concurrency
import Testing

struct BackoffTests {
  @Test func pausesGrowUpToTheLongest() {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(5), spread: 0.5...1)
    // The whole pause with the highest chance, half of it with the lowest.
    for (chance, seconds) in [(1.0, 1), (1, 2), (1, 4), (1, 5), (1, 5), (0, 2.5), (7, 5)] {
      #expect(backoff.pauseAfterFailure(chance: chance) == .seconds(seconds))
    }
    #expect(backoff.failures == 7)
    backoff.reset()
    #expect(backoff.pauseAfterFailure() == .seconds(1))
  }

  @Test(arguments: [
    (1, 0.5, 500), (2, 0.5, 750), (3, 0.5, 1125), (1, 0, 250), (1, 1, 750), (60, 1, 60_000),
    (1_000_000, 0, 30_000),
  ])
  func pausesAreSpreadButNeverLongerThanTheLongest(
    failures: Int, chance: Double, milliseconds: Int
  ) {
    let backoff = Backoff(
      first: .milliseconds(500), factor: 1.5, longest: .seconds(60), spread: 0.5...1.5)
    let pause = backoff.pause(afterFailures: failures, chance: chance)
    #expect(pause == .milliseconds(milliseconds))
  }

  @Test(arguments: [(0, 0), (2, 0), (3, 30), (4, 60), (8, 900), (99, 900)])
  func theFirstFailuresMayBeTolerated(failures: Int, seconds: Int) {
    let backoff = Backoff(first: .seconds(30), longest: .seconds(900), tolerated: 2)
    #expect(backoff.pause(afterFailures: failures) == .seconds(seconds))
  }

  @Test(arguments: [(1, 5), (10, 10), (9_999, 3_600)])
  func aRequestedPauseIsTheMinimum(requested: Int, seconds: Int) {
    let backoff = Backoff(first: .seconds(5), longest: .seconds(5))
    let pause = backoff.pause(afterFailures: 1, requested: .seconds(requested))
    #expect(pause == .seconds(seconds))
  }

  @Test func pausesNeverBecomeShorter() async {
    await #expect(processExitsWith: .failure) {
      _ = Backoff(first: .seconds(1), factor: 0.5, longest: .seconds(1))
    }
    await #expect(processExitsWith: .failure) {
      _ = Backoff(first: .seconds(1), longest: .seconds(1), spread: -1...1)
    }
  }
}

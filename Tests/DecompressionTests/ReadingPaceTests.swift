import Testing

@testable import Decompression

@Suite struct ReadingPaceTests {
  @Test func aShareOfACoreIsAboveZeroAndAtMostOne() async {
    await #expect(processExitsWith: .failure) { _ = ReadingPace(share: 0) }
    await #expect(processExitsWith: .failure) { _ = ReadingPace(share: 1.5) }
  }
}

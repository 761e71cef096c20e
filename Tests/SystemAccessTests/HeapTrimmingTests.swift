import Testing

@testable import SystemAccess

struct HeapTrimmingTests {
  @Test(
    arguments: [
      (100_000, 100_000, false), (100_000, 116_000, false), (100_000, 117_000, true),
      (1000, 5000, false), (1000, 5300, true),
    ] as [(UInt64, UInt64, Bool)])
  func aHeapIsLookedThroughWhenItHasGrown(lastPages: UInt64, now: UInt64, isWorthIt: Bool) {
    var heap = HeapTrimming()
    #expect(heap.isWorthIt(residentPages: now))
    heap.record(residentPages: lastPages)
    #expect(heap.isWorthIt(residentPages: now) == isWorthIt)
  }
}

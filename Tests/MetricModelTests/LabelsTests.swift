import MetricModel
import Testing

@Suite struct LabelsTests {
  @Test func orderOfGivingDoesNotMatter() {
    let one = Labels([("job", "node"), ("__name__", "up"), ("instance", "a:1")])
    let other = Labels([("instance", "a:1"), ("job", "node"), ("__name__", "up")])
    #expect(one == other)
    #expect(one.fingerprint == other.fingerprint)
    #expect(one.description == #"up{instance="a:1", job="node"}"#)
  }

  @Test func emptyValuesAreNoLabelsAndTheLastOfTwoWins() {
    #expect(Labels([("a", ""), ("b", "1")]) == Labels([("b", "1")]))
    #expect(Labels([("a", "1"), ("a", "2")])["a"] == "2")
    #expect(Labels([("a", "1"), ("a", "")]).isEmpty)
  }

  @Test func longTextsSurvivePacking() {
    for length in [0, 1, 253, 254, 255, 256, 70_000] {
      let value = String(repeating: "x", count: length)
      let labels = Labels([("a", value), ("z", "end")])
      #expect(labels["a"] ?? "" == value)
      #expect(labels["z"] == "end")
      #expect(labels.count == (length == 0 ? 1 : 2))
    }
  }

  @Test(arguments: [
    (["a": "1"], ["a": "2"], true), (["a": "1"], ["b": "0"], true),
    (["a": "1"], ["a": "1", "b": "1"], true),
    (["b": "1"], ["a": "1", "b": "1"], false), ([:], ["a": "1"], true),
    (["__name__": "z"], ["a": "1"], true),
  ])
  func setsAreOrderedByNamesAndValuesAsBytes(
    left: [String: String], right: [String: String], isBefore: Bool
  ) {
    #expect((Labels(left) < Labels(right)) == isBefore)
    #expect((Labels(right) < Labels(left)) == !isBefore)
  }

  @Test func fingerprintIsFNVOverSortedLabels() {
    // FNV-1a 64 of "a\u{ff}b\u{ff}", computed by hand from the published constants.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in [0x61, 0xff, 0x62, 0xff] as [UInt64] { hash = (hash ^ byte) &* 0x100_0000_01b3 }
    #expect(Labels(["a": "b"]).fingerprint == hash)
    #expect(Fingerprint.text(10) == "000000000000000a")
  }

  @Test func editingLeavesOtherLabelsAlone() {
    let labels = Labels(name: "up", [("job", "node"), ("zone", "b")])
    #expect(labels.withoutMetricName == Labels([("job", "node"), ("zone", "b")]))
    #expect(labels.setting("job", "") == Labels(name: "up", [("zone", "b")]))
    #expect(labels.retaining(["zone"]) == ["zone": "b"])
    #expect(labels.merging(["zone": "c"])["zone"] == "c")
    #expect(labels.description == #"up{job="node", zone="b"}"#)
    #expect(Labels(["a": "q\"\\\n"]).description == #"{a="q\"\\\n"}"#)
  }
}

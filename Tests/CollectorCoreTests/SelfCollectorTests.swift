import CollectorCore
import Testing

@Suite struct SelfCollectorTests {
  @Test func aProcessKnowsItsOwnCost() async throws {
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    try await SelfCollector(role: "exporter").collect(into: &buffer, context: .relaxed)
    let text = String(decoding: buffer.render().bytes, as: UTF8.self)
    for name in [
      "tocsin_build_info{role=\"exporter\",version=", "process_cpu_seconds_total ",
      "process_resident_memory_bytes ", "process_start_time_seconds 1.", "process_open_fds ",
      "process_max_fds ", "process_virtual_memory_max_bytes ",
    ] {
      #expect(text.contains("\n\(name)") || text.hasPrefix(name), "\(name) in \(text)")
    }
  }
}

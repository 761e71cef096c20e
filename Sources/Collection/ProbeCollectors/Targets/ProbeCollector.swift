package import CollectorCore
package import ExpositionFormat

/// Probes one target.
package struct ProbeCollector: Collector {
  private let target: ProbeTarget
  private let module: ProbeModule
  private let prober: Prober

  init(_ target: ProbeTarget, _ module: ProbeModule, prober: Prober) {
    self.target = target
    self.module = module
    self.prober = prober
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let reading = await prober.probe(target.address, with: module, context: context)
    // A probe that the exporter cancelled says nothing about the target.
    try Task.checkCancellation()
    reading.write(into: &buffer)
  }
}

package import Concurrency
package import CollectorCore
import ExpositionFormat
import Synchronization

/// The targets that may be probed, and the modules to probe them with.
///
/// Only targets of the configuration are probed: a request selects one by name and cannot make the
/// exporter connect anywhere else.
package final class ProbeTargets: Sendable {
  /// The maximum number of concurrent probes on request.
  package static let requestLimit = 64

  /// The names of the targets, in the order of the configuration.
  package let targetNames: [String]

  private let targets: [ProbeTarget]
  private let modules: [String: ProbeModule]
  private let clock: TimeSource
  private let prober = Prober()
  private let underWay = Atomic<Int>(0)

  /// Checks the targets. `modules` are added to the built-in ones; those of the same name replace
  /// them.
  package init(
    _ targets: [ProbeTarget], modules: [String: ProbeModule] = [:],
    clock: TimeSource = .system
  ) throws(ProbeTargetsError) {
    let modules = ProbeModule.builtIn.merging(modules) { $1 }
    var names: Set<String> = []
    for target in targets {
      if let reason = Self.complaint(target, modules, isNew: names.insert(target.name).inserted) {
        throw ProbeTargetsError(target: target.name, reason: reason)
      }
    }
    self.targets = targets
    self.modules = modules
    self.clock = clock
    targetNames = targets.map(\.name)
  }

  private static func complaint(
    _ target: ProbeTarget, _ modules: [String: ProbeModule], isNew: Bool
  ) -> String? {
    if target.name.isEmpty { return "the name is empty" }
    if !isNew { return "the name is given twice" }
    if target.interval <= .zero { return "the interval must be longer than 0" }
    guard let module = modules[target.module] else {
      let known = modules.keys.sorted().joined(separator: ", ")
      return "there is no module \"\(target.module)\"; there are \(known)"
    }
    return target.complaint(about: module)
  }

  /// The targets as collectors for a runner, each with its own interval and the labels `module` and
  /// `target`; a target that hangs does not delay a scrape.
  package func scheduled() -> [ScheduledCollector] {
    targets.compactMap { target in
      modules[target.module].map { module in
        var scheduled = ScheduledCollector(
          "probe/\(target.name)", ProbeCollector(target, module, prober: prober))
        scheduled.schedule = .every(target.interval)
        scheduled.constantLabels = [("module", target.module), ("target", target.name)]
        return scheduled
      }
    }
  }

  /// Answers `/probe?target=NAME&module=MODULE`: probes once and returns the metrics, like
  /// blackbox_exporter without labels for the target. `module` is optional.
  package func answer(
    target name: String?, module: String?, within budget: Duration
  ) async throws(ProbeRequestError) -> [UInt8] {
    let (target, module) = try resolve(target: name, module: module)
    guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= Self.requestLimit else {
      underWay.wrappingSubtract(1, ordering: .relaxed)
      throw .busy(limit: Self.requestLimit)
    }
    defer { underWay.wrappingSubtract(1, ordering: .relaxed) }
    let context = ScrapeContext(clock: clock, budget: budget)
    let reading = await prober.probe(target.address, with: module, context: context)
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    reading.write(into: &buffer)
    return buffer.render().bytes
  }

  /// The target and the module that a request names.
  func resolve(
    target name: String?, module moduleName: String?
  ) throws(ProbeRequestError) -> (ProbeTarget, ProbeModule) {
    guard let name, !name.isEmpty else { throw .missingTarget }
    guard let target = targets.first(where: { $0.name == name }) else { throw .unknownTarget }
    let moduleName = moduleName.flatMap { $0.isEmpty ? nil : $0 } ?? target.module
    guard let module = modules[moduleName] else { throw .unknownModule }
    guard moduleName == target.module || !module.carriesSecrets else { throw .moduleForbidden }
    if let reason = target.complaint(about: module) { throw .unfitting(reason: reason) }
    return (target, module)
  }
}

package import SystemAccess
import CollectorCore
package import Concurrency
package import PatternMatching

/// What the system collectors are made from: where the kernel's files are, and what to show of
/// them.
package struct SystemContext: Sendable {
  /// Where the kernel's files are.
  package var proc: ProcRoot
  /// What is shown and what is left out.
  package var patterns: SystemPatterns
  /// How long to wait for a mount before it counts as stuck.
  package var mountTimeout: Duration = .seconds(5)
  /// Where calls run that may hang.
  package var blockingCalls: BlockingCallPool
  /// Whether time in guests is shown for each processor.
  package var showsGuestTime = true
  /// Whether the model and clock rate of each processor are shown.
  package var showsProcessorInformation = false
  /// Whether addresses of network devices are shown.
  package var showsNetworkAddresses = false
  /// Whether traffic is shown under names that distinguish kinds of errors.
  package var detailsNetworkTraffic = false
  /// Whether traffic carries the alias of its device as a label.
  package var labelsNetworkAliases = false
  /// Labels of the load balancer's backends, in their order; what they do not distinguish is
  /// summed.
  package var backendLabels = IPVSBackends.allLabels
  /// Whether a network device of unknown speed shows none, rather than -1 Mbit/s.
  package var ignoresInvalidSpeed = false
  /// Whether interrupts that never came are shown.
  package var showsZeroInterrupts = true
  /// Whether `stat` shows soft interrupts by kind.
  package var showsSoftInterrupts = false
  /// Whether energy zones become a label instead of a part of the metric's name.
  package var labelsEnergyZones = false
  /// Directories, or patterns with `*` and `?`, with metrics in files that end in `.prom`.
  package var textfileDirectories: [String] = []
  /// Files of metrics older than this are not shown; nil shows them whatever their age.
  package var textfileMaximumAge: Duration?
  /// Kernel parameters that are shown as numbers: `kernel.pid_max`, or
  /// `net.ipv4.tcp_rmem:min,default,max`.
  package var kernelParameters: [String] = []
  /// Kernel parameters that are shown as text.
  package var kernelParameterTexts: [String] = []

  /// Makes the context with node_exporter's defaults.
  package init(
    proc: ProcRoot = ProcRoot(), blockingCalls: BlockingCallPool = mountCalls()
  ) throws(PatternError) {
    self.proc = proc
    self.blockingCalls = blockingCalls
    patterns = try SystemPatterns()
  }

  /// The threads that ask mounted file systems for their space.
  package static func mountCalls(threadLimit: Int = 8) -> BlockingCallPool {
    BlockingCallPool(name: "mounts", threadLimit: threadLimit)
  }
}

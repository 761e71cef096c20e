import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The synchronisation state of the kernel's clock.
struct TimexCollector: Collector {
  /// Reads the state of the clock; tests replace it.
  var state: @Sendable () throws -> KernelClockState = { try KernelClockState.read() }

  /// The return value of `adjtimex` that means not synchronised.
  private static let timeError = 5
  /// The status bit for offsets in nanoseconds rather than microseconds.
  private static let nanosecondStatus = 0x2000
  /// Frequencies are in parts per million, times 2^16.
  private static let frequencyScale = 65536 * 1e6

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let state: KernelClockState
    do {
      state = try self.state()
    } catch let error as SystemError {
      guard error.isForbidden else { throw error }
      throw NoData("reading the clock's state is not permitted")
    }
    addDiscipline(state, to: &buffer)
    addPulse(state, to: &buffer)
  }

  private func addDiscipline(_ state: KernelClockState, to buffer: inout FamilyBuffer) {
    let divisor = state.status & Self.nanosecondStatus != 0 ? 1e9 : 1e6
    let isSynchronised = state.returned != Self.timeError
    buffer.gauge(
      "node_timex_sync_status", "Whether the clock is kept by a time server.",
      isSynchronised ? 1 : 0)
    buffer.gauge(
      "node_timex_offset_seconds", "Distance of the clock from its reference.",
      Double(state.offset) / divisor)
    buffer.gauge(
      "node_timex_frequency_adjustment_ratio", "How much faster the clock is made to run.",
      1 + Double(state.frequency) / Self.frequencyScale)
    buffer.gauge(
      "node_timex_maxerror_seconds", "Largest error of the clock.", Double(state.maximumError) / 1e6
    )
    buffer.gauge(
      "node_timex_estimated_error_seconds", "Estimated error of the clock.",
      Double(state.estimatedError) / 1e6)
    buffer.gauge("node_timex_status", "The kernel's status bits.", Double(state.status))
    buffer.gauge(
      "node_timex_loop_time_constant", "Time constant of the phase-locked loop.",
      Double(state.constant))
    buffer.gauge(
      "node_timex_tick_seconds", "Time between two ticks of the clock.", Double(state.tick) / 1e6)
    buffer.gauge(
      "node_timex_tai_offset_seconds", "Offset of International Atomic Time.",
      Double(state.taiOffset))
  }

  private func addPulse(_ state: KernelClockState, to buffer: inout FamilyBuffer) {
    let divisor = state.status & Self.nanosecondStatus != 0 ? 1e9 : 1e6
    buffer.gauge(
      "node_timex_pps_frequency_hertz", "Frequency of the pulse-per-second signal.",
      Double(state.ppsFrequency) / Self.frequencyScale)
    buffer.gauge(
      "node_timex_pps_jitter_seconds", "Jitter of the pulse-per-second signal.",
      Double(state.ppsJitter) / divisor)
    buffer.gauge(
      "node_timex_pps_shift_seconds", "Interval of the pulse-per-second signal.",
      Double(state.ppsShift))
    buffer.gauge(
      "node_timex_pps_stability_hertz", "Stability of the pulse-per-second signal.",
      Double(state.ppsStability) / Self.frequencyScale)
    buffer.counter(
      "node_timex_pps_jitter_total", "Pulses whose jitter was too large.",
      Double(state.ppsJitterCount))
    buffer.counter(
      "node_timex_pps_calibration_total", "Calibration intervals.",
      Double(state.ppsCalibrationCount))
    buffer.counter(
      "node_timex_pps_error_total", "Calibration errors.", Double(state.ppsErrorCount))
    buffer.counter(
      "node_timex_pps_stability_exceeded_total", "Pulses whose stability was too poor.",
      Double(state.ppsStabilityCount))
  }
}

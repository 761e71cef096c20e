private import CLinux
private import Glibc

/// The kernel's state of clock synchronisation. The corresponding C function is `adjtimex`, called
/// without mode bits, so that it only reads and needs no privilege.
package struct KernelClockState: Hashable, Sendable {
  /// The return value: 5 (`TIME_ERROR`) means not synchronised.
  package var returned: Int
  /// The fields of `struct timex`, in the kernel's units.
  package var status, offset, frequency, maximumError, estimatedError, constant, tick: Int
  /// The fields of `struct timex` about the pulse-per-second signal.
  package var ppsFrequency, ppsJitter, ppsShift, ppsStability: Int
  /// Counts of pulse-per-second events.
  package var ppsJitterCount, ppsCalibrationCount, ppsErrorCount, ppsStabilityCount: Int
  /// International Atomic Time minus UTC in seconds.
  package var taiOffset: Int

  /// Reads the state from the kernel.
  package static func read() throws(SystemError) -> KernelClockState {
    var time = timex()
    let returned = unsafe adjtimex(&time)
    guard returned >= 0 else { throw SystemError(call: "adjtimex", code: errno) }
    return KernelClockState(
      returned: Int(returned), status: Int(time.status), offset: time.offset,
      frequency: time.freq, maximumError: time.maxerror, estimatedError: time.esterror,
      constant: time.constant, tick: time.tick, ppsFrequency: time.ppsfreq,
      ppsJitter: time.jitter, ppsShift: Int(time.shift), ppsStability: time.stabil,
      ppsJitterCount: time.jitcnt, ppsCalibrationCount: time.calcnt, ppsErrorCount: time.errcnt,
      ppsStabilityCount: time.stbcnt, taiOffset: Int(time.tai))
  }
}

import Glibc

/// A value behind a lock that threads can wait on: a mutex and a condition variable.
///
/// `Synchronization.Mutex` has no wait. For plain threads only, not for tasks of the cooperative
/// pool.
@safe package final class ThreadGate<Value: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value

  package init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the lock held. Does not wake waiters: call `signal()` afterwards.
  package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Wakes every thread in `wait`.
  package func signal() {
    unsafe pthread_cond_broadcast(condition)
  }

  /// Waits until `body` returns a value; `body` runs again after each signal. Returns nil if the
  /// deadline passed first.
  package func wait<Result>(
    until deadline: ContinuousClock.Instant?, _ body: (inout Value) -> Result?
  ) -> Result? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      guard let deadline else {
        unsafe pthread_cond_wait(condition, mutex)
        continue
      }
      let remaining = deadline.remainingNanoseconds
      guard remaining > 0 else { return nil }
      var time = timespec.monotonic(in: remaining)
      unsafe pthread_cond_timedwait(condition, mutex, &time)
    }
  }
}

extension timespec {
  /// The moment `nanoseconds` from now on the monotonic clock, capped at a year.
  fileprivate static func monotonic(in nanoseconds: Int64) -> timespec {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let total = Int64(now.tv_nsec) + min(nanoseconds, 31_536_000_000_000_000)
    return timespec(
      tv_sec: now.tv_sec + Int(total / 1_000_000_000), tv_nsec: Int(total % 1_000_000_000))
  }
}

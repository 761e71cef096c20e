/// The most series per server with names that its clients choose.
package enum RedisSeriesLimits {
  /// Kinds of errors; further ones are summed as `other`. Scripts and modules can invent any number
  /// of them.
  package static let errors = 64
  /// Commands; further ones are left out.
  package static let commands = 1_000
}

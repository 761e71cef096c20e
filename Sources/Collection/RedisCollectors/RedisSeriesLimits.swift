/// How many series one server may make of names that its clients choose.
package enum RedisSeriesLimits {
  /// Kinds of errors shown; further ones are summed as `other`. Scripts and modules can invent any
  /// number of them.
  package static let errors = 64
  /// Commands shown; further ones are left out.
  package static let commands = 1_000
}

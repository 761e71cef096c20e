/// The quantile of some values, interpolated at `q * (n - 1)`; NaN sorts first, so that it counts
/// as the least.
///
/// Outside of 0...1 the result is minus or plus infinity, for NaN it is NaN.
func quantile(_ q: Double, of values: inout [Double]) -> Double {
  if values.isEmpty || q.isNaN { return .nan }
  if q < 0 { return -.infinity }
  if q > 1 { return .infinity }
  values.sort { $0 < $1 || ($0.isNaN && !$1.isNaN) }
  let rank = q * Double(values.count - 1)
  let lower = max(0, rank.rounded(.down))
  let upper = min(Double(values.count - 1), lower + 1)
  let weight = rank - rank.rounded(.down)
  return values[Int(lower)] * (1 - weight) + values[Int(upper)] * weight
}

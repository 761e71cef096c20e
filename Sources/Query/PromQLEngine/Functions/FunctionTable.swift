import Codecs
import MetricModel
import PromQLSyntax
import StorageAPI

/// A PromQL function: its signature and its evaluation.
struct Function: Sendable {
  /// The kinds of evaluation.
  enum Evaluation: Sendable {
    /// A number for each number; the metric name is dropped.
    case pointwise(@Sendable (Double) -> Double)
    /// The same with scalar arguments, which may change from step to step; returning `absentValue`
    /// drops the sample.
    case parameterised(@Sendable (Double, [Double]) -> Double)
    /// A part of the date of each value, or of the evaluation time.
    case date(@Sendable (CivilDate) -> Int)
    /// A number for each window.
    case overTime(retainsName: Bool, @Sendable (WindowCall) throws(QueryError) -> any WindowKernel)
    /// A scalar, one per step.
    case scalar(@Sendable (Planner, FunctionCall, StepGrid) async throws(QueryError) -> [Double])
    /// An operator of its own.
    case special(
      @Sendable (Planner, FunctionCall, StepGrid) async throws(QueryError) -> any InstantOperator)
  }

  let signature: FunctionSignature
  let evaluation: Evaluation
}

/// The arguments of a window function besides its windows.
struct WindowCall {
  /// The values of the scalar arguments, by argument and step.
  let parameters: [[Double]]
  /// The call.
  let node: FunctionCall
  /// The planner, for warnings.
  let planner: Planner
}

/// All functions: the checker and the engine use the same table.
enum FunctionTable {
  /// Every function, by chapter.
  static let all: [Function] =
    mathematics + clamping + dates + overTime + counters + scalars + labels + vectors + sorting
    + histograms + information

  /// Every function, by name.
  static let named = Dictionary(
    all.map { ($0.signature.name, $0) }, uniquingKeysWith: { $1 })

  /// Checks expressions against this table.
  static let checker = TypeChecker(functions: all.map(\.signature))

  /// The names of all functions.
  static let names = checker.names

  /// The functions that use the evaluation time if they are called without an argument.
  static let dateNames = Set(dates.map(\.signature.name))
}

extension Function {
  static func pointwise(
    _ name: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> Function {
    Function(
      signature: FunctionSignature(name, [.vector]), evaluation: .pointwise(body))
  }

  static func date(
    _ name: String, _ body: @escaping @Sendable (CivilDate) -> Int
  ) -> Function {
    Function(
      signature: FunctionSignature(name, [.vector], variadic: .optional(1)),
      evaluation: .date(body))
  }

  /// A function of one window; the body is called with at least one sample.
  static func overTime(
    _ name: String, retainsName: Bool = false,
    _ body: @escaping @Sendable (SampleColumns, SampleWindow) -> Double
  ) -> Function {
    Function(
      signature: FunctionSignature(name, [.matrix]),
      evaluation: .overTime(retainsName: retainsName) { _ in PlainKernel(body: body) })
  }
}

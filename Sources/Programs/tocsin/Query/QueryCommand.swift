import ArgumentParser
import Foundation
import PromQLEngine
import PromQLSyntax

/// `tocsin query`
struct QueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Tools for expressions.",
    subcommands: [QueryFormat.self, QueryExplain.self])
}

/// `tocsin query format`
struct QueryFormat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "format",
    abstract:
      "Print an expression as Prometheus' formatter lays it out, long parts on lines of their own.",
    discussion:
      "Without an argument the expression is read from standard input. Comments are removed.")

  @Argument(help: "The expression.") var expression: String?

  func run() throws {
    let text: String
    if let expression {
      text = expression
    } else {
      text = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
    }
    do {
      print(try QueryEngine.parse(text).pretty)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

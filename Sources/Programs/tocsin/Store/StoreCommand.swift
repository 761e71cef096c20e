import ArgumentParser

/// `tocsin store`
struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Look into the samples of an evaluator, check them, copy them, take them out.",
    discussion: """
      All of it only reads, sees the samples as they are at one moment, and may be used while the evaluator runs. \
      FOLDER is the evaluator's --storage.path.
      """,
    subcommands: [
      StoreInfo.self, StoreVerify.self, StoreSnapshot.self, StoreExport.self, StoreTop.self,
    ])
}

/// The folder argument of all `tocsin store` commands.
struct StoreFolder: ParsableArguments {
  @Argument(help: "The evaluator's --storage.path.") var folder = "data"
}

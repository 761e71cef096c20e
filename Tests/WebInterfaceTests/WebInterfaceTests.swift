import Testing
import WebInterface

struct WebInterfaceTests {
  private let page = String(decoding: WebInterface.index, as: UTF8.self)

  @Test func thePageIsEmbedded() {
    #expect(page.hasPrefix("<!doctype html>"))
    #expect(page.hasSuffix("</html>\n"))
    #expect(page.contains("<title>Tocsin</title>"))
  }

  @Test(arguments: [
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
  ])
  func dataNeverBecomesMarkup(word: String) { #expect(!page.contains(word)) }

  @Test(arguments: [
    " src=", "url(", "@import", "import(", "href=\"http", "href=\"/", "\"/api", "//cdn",
  ])
  func nothingIsLoadedFromElsewhere(word: String) { #expect(!page.contains(word)) }

  @Test(arguments: ["alerts", "targets?state=active", "rules", "query"])
  func asksTheAPIByRelativePaths(path: String) { #expect(page.contains("get(\"\(path)")) }
}

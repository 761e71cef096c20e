import Testing

@testable import HTTPAPI

struct SeriesEndpointsTests {
  @Test(arguments: [
    ("labels", #"["__name__","instance","job","x.y"]"#),
    ("labels?match[]=size", #"["__name__","job","x.y"]"#),
    ("labels?limit=1", #"["__name__"],"warnings":["results truncated due to limit"]"#),
    ("label/job/values", #"["a","b"]"#),
    ("label/job/values?match[]=up", #"["a"]"#),
    ("label/U__x_2e_y/values", #"["\"q\"\n"]"#),
    ("label/none/values", "[]"),
    (
      "series?match[]=up%7Binstance=%221%22%7D&match[]=up&match=size",
      #"[{"__name__":"size","job":"b","x.y":"\"q\"\n"},{"__name__":"up","instance":"1","job":"a"},{"__name__":"up","instance":"2","job":"a"}]"#
    ),
    (
      "series?match[]=up&limit=1",
      #"[{"__name__":"up","instance":"1","job":"a"}],"warnings":["results truncated due to limit"]"#
    ),
  ])
  func lists(target: String, data: String) async throws {
    #expect(try await APIFixture().data(target) == data)
  }

  @Test func takesForms() async throws {
    #expect(
      try await APIFixture().data("labels", body: "match[]=size") == #"["__name__","job","x.y"]"#)
    let series = try await APIFixture().data("series", body: "match%5B%5D=size")
    #expect(series.contains("size"))
  }

  @Test(arguments: [
    ("plain", "plain"), ("U__a_2e_b", "a.b"), ("U__a__b", "a_b"), ("U__a_zz_", "U__a_zz_"),
    ("U__a_", "U__a_"), ("U__", ""),
  ])
  func decodesEscapedNames(name: String, decoded: String) {
    #expect(SeriesEndpoints.decoded(name) == decoded)
  }
}

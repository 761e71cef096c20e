import Testing

@testable import ProbeCollectors

@Test(arguments: [
  ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
  ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
  ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("", nil), ("yesterday", nil),
  ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
  ("Sun, 06 Now 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
  ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", nil),
  ("Sun, 06 Nov 1994 8:49:37: GMT", nil),
])
func readsDatesOfHTTP(text: String, seconds: Int?) {
  #expect(HTTPDate.seconds(text) == seconds)
}

import Codecs
import Testing

@Test(arguments: [
  ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
  ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
  ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("", nil), ("yesterday", nil),
  ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
  ("Sun, 06 Now 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil),
  ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", nil),
  ("Sun, 06 Nov 1994 8:49:37: GMT", nil),
  // Certificates.
  ("Jan  1 00:00:00 1970 GMT", 0), ("Nov 21 08:40:07 2026 GMT", 1_795_250_407),
  ("Feb 29 23:59:59 2000 GMT", 951_868_799), ("Mar  1 00:00:00 2100 GMT", 4_107_542_400),
  ("Dec 31 23:59:59 1969 GMT", -1), ("Foo 1 00:00:00 1970 GMT", nil),
  ("Jan 1 00:00 1970 GMT", nil), ("Jan 1 00:00:00 1970", nil),
])
func readsDatesOfHTTPAndCertificates(text: String, seconds: Int?) {
  #expect(HTTPDate.seconds(text) == seconds)
}

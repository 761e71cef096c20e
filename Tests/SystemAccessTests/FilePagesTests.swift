import Testing

@testable import SystemAccess

@Test func onlyUntouchedPagesOfFilesAreLetGo() {
  let smaps = """
    1000-3000 r-xp 00000000 08:01 77 /usr/bin/app
    Rss:                   8 kB
    Anonymous:             0 kB
    3000-4000 r--p 00002000 08:01 77 /usr/bin/app
    Rss:                   4 kB
    Anonymous:             4 kB
    4000-5000 rw-p 00003000 08:01 77 /usr/bin/app
    Rss:                   4 kB
    Anonymous:             0 kB
    5000-6000 r--p 00000000 00:00 0
    Anonymous:             0 kB
    6000-7000 r-xp 00000000 00:00 0 [vdso]
    Anonymous:             0 kB
    7000-8000 r--p 00000000 08:01 78 /usr/lib/x.so
    Rss:                   4 kB
    """
  let mappings = FilePages.mappings(in: smaps.utf8.span)
  #expect(mappings.count == 6)
  let clean = mappings.filter { $0.isReadOnlyFile && $0.ownBytes == 0 }
  #expect(clean.map(\.range) == [0x1000..<0x3000])
  #expect(clean.first?.residentBytes == 8192)
}

@Test func thisProgramGoesOnAfterLettingGo() {
  #expect(FilePages.release() > 0)
  #expect("\(FilePages.self)" == "FilePages")
}

import FileIO
import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Whether a store is in a place, or could be made there")
struct StoreOccupancyTests {
  private let system = SimulatedFileSystem(seed: 1)
  private var inspector: JournalInspector { JournalInspector("state", in: system) }

  private func make(_ files: [String: [UInt8]]) throws {
    let directory = try system.openDirectory("state", creating: true)
    for (name, bytes) in files {
      try directory.openFile(name, .createIfMissing).writeFully(bytes.span, at: 0)
    }
  }

  @Test("No directory, an empty one and what a creation left that was interrupted are vacant")
  func vacant() throws {
    #expect(try inspector.occupancy() == .vacant)
    try make([:])
    #expect(try inspector.occupancy() == .vacant)
    try make(["LOCK": [], "WATERMARK.tmp": [1]])
    #expect(try inspector.occupancy() == .vacant)
    try make(["00000000000000000001.journal": [UInt8](repeating: 0, count: 80)])
    #expect(try inspector.occupancy() == .vacant)
    try JournalStateStorage.open("state", in: system).close()
    #expect(try inspector.occupancy() == .store)
  }

  @Test("Damaged or newer, a store is one")
  func store() throws {
    try JournalStateStorage.open("state", in: system).close()
    let name = "00000000000000000001.journal"
    let file = try system.openDirectory("state", creating: false).openFile(name, .readWrite)
    var header = [UInt8](repeating: 0, count: SegmentHeader.byteCount)
    _ = try file.readFully(into: &header, range: 0..<header.count, at: 0)
    header[8] = 2
    header.storeUInt32(CRC32C.checksum(header.span.extracting(0..<76)), at: 76)
    try file.writeFully(header.span, at: 0)
    #expect(try inspector.occupancy() == .store)
    try make(["WATERMARK": [UInt8](repeating: 7, count: 64)])
    #expect(try inspector.occupancy() == .store)
  }

  @Test("Anything else is in the way, and named", arguments: ["notes.txt", "quarantine", "a.tmp"])
  func other(name: String) throws {
    try make([name: []])
    #expect(try inspector.occupancy() == .other(name: name))
    try make(["LOCK": []])
    #expect(try inspector.occupancy() == .other(name: name))
  }

  @Test("A creation that was interrupted among other files leaves them in the way")
  func begunAmongOthers() throws {
    try make([
      "00000000000000000001.journal": [UInt8](repeating: 0, count: 80), "LOCK": [],
      "lost+found": [],
    ])
    #expect(try inspector.occupancy() == .vacant)
    for name in ["quarantine", "notes.txt"] {
      try make([name: []])
      #expect(try inspector.occupancy() == .other(name: name))
      try system.openDirectory("state", creating: false).remove(name)
    }
  }

  @Test("The root of a new disk is vacant, and where the path is a file, nothing can be told")
  func places() throws {
    try make(["lost+found": []])
    #expect(try inspector.occupancy() == .vacant)
    try make(["notes.txt": []])
    #expect(try inspector.occupancy() == .other(name: "notes.txt"))
    let file = JournalInspector("state/notes.txt", in: system)
    let error = #expect(throws: JournalError.self) { try file.occupancy() }
    guard case .io = error?.reason else { throw try #require(error) }
  }

  @Test("Each commit in its place is what the walk that decodes gives")
  func inPlace() throws {
    let storage = try JournalStateStorage.open("state", in: system)
    for number in 0..<5 {
      try storage.apply(
        [.update(.stream("s", of: "orders"), ["n": .int(Int64(number))])], reason: "why")
    }
    try storage.close()
    var decoded: [String] = []
    try inspector.forEachRecord { item in
      if case .record(let record) = item { decoded.append("\(record)") }
      return true
    }
    var inPlace: [String] = []
    try inspector.forEachRecordInPlace { item, bytes in
      if case .record(let record) = item {
        let copy = InspectedRecord(record, in: bytes)
        #expect(record.sequence == copy.record.sequence && record.time == copy.record.time)
        inPlace.append("\(copy)")
      }
      return true
    }
    #expect(inPlace == decoded && decoded.count == 7)
  }
}

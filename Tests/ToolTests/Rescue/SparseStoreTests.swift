import FileIO
import Foundation
import Testing

@Suite("A sparse file of a store takes elsewhere no more room than it has")
struct SparseStoreTests {
  private static let size: UInt64 = 1 << 40

  /// A store whose log ends in a hole of a terabyte.
  private func sparseStore() throws -> (bench: JournalToolBench, segment: String) {
    let bench = try JournalToolBench()
    try bench.fill()
    let segment = try #require(try bench.names(".journal").last)
    let file = try #require(FileHandle(forWritingAtPath: bench.store + "/" + segment))
    try file.truncate(atOffset: Self.size)
    try file.close()
    return (bench, segment)
  }

  private func kept(_ directory: String, _ name: String) throws -> Int64 {
    try POSIXFileSystem().openDirectory(directory, creating: false).openFile(name, .read)
      .keptByteCount().byteCount
  }

  @Test("In an archive it ends where the hole begins")
  func archive() throws {
    let (bench, segment) = try sparseStore()
    let archive = bench.directory + "/all.tar"
    let outcome = try bench.run("bundle", bench.store, "-o", archive, "--files")
    #expect(outcome.code == 0, "\(outcome.messages)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: archive)).count < 1 << 20)
    #expect(try bench.run(["/usr/bin/tar", "xf", archive, "-C", bench.directory]).code == 0)
    try FileManager.default.moveItem(
      atPath: bench.directory + "/files", toPath: bench.directory + "/unpacked")
    let state = try bench.run("replay", bench.store)
    #expect(state.code == 0 && !state.output.isEmpty)
    #expect(try bench.run("replay", bench.directory + "/unpacked").output == state.output)
    #expect(FileManager.default.fileExists(atPath: bench.directory + "/unpacked/" + segment))
  }

  @Test("A repair sets it aside, and an undoing puts it back, with its hole")
  func repair() throws {
    let (bench, segment) = try sparseStore()
    let state = try bench.run("replay", bench.store).output
    try bench.change("WATERMARK") { $0[40] ^= 1 }
    for mode in ["tail", "drop-damaged"] {
      let repaired = try bench.run("repair", bench.store, "--mode", mode, "-y")
      #expect(repaired.code == 0, "\(repaired.messages)")
      #expect(try bench.run("replay", bench.store).output == state)
      let quarantine = bench.store + "/quarantine"
      let bundle = try #require(
        try FileManager.default.contentsOfDirectory(atPath: quarantine).filter {
          $0.hasPrefix("repair-")
        }.sorted().last)
      if mode == "drop-damaged" {
        #expect(try kept(quarantine + "/" + bundle, segment) < 1 << 20)
      }
      let undone = try bench.run("repair", bench.store, "--undo", bundle, "-y")
      #expect(undone.code == 0, "\(undone.messages)")
      #expect(try kept(bench.store, segment) < 1 << 20)
      let file = try FileManager.default.attributesOfItem(atPath: bench.store + "/" + segment)
      #expect(file[.size] as? UInt64 == Self.size)
      #expect(try bench.run("verify", bench.store).code == 5)
    }
  }

  @Test("A backup ends where the log does")
  func backup() throws {
    let (bench, segment) = try sparseStore()
    let copy = bench.directory + "/copy"
    #expect(try bench.run("backup", bench.store, copy).code == 0)
    let file = try FileManager.default.attributesOfItem(atPath: copy + "/" + segment)
    #expect(file[.size] as? UInt64 ?? .max < 1 << 20)
    #expect(try bench.run("verify-backup", copy, bench.store).code == 0)
  }
}

import FileIO
import StorageSimulator
import Testing

@testable import JournalEngine

@Suite("Space behind the last record")
struct TailSpaceTests {
  @Test("A segment that was sealed, and goes on after all, gets space ahead of need again")
  func goesOnAfterSealing() throws {
    let system = SimulatedFileSystem(seed: 1)
    let file = try system.openDirectory(storePath, creating: true)
      .openFile("segment", .createIfMissing)
    let space = TailSpace(
      file: file, mapping: nil, allocated: 0, firstStep: 1000, maximumStep: 4000)
    try space.grow()
    #expect(space.writtenEnd == 1000)
    try space.seal(at: 300)
    #expect(space.writtenEnd == 300)
    // Somebody may have been about to add some: what is complete gets none.
    try space.grow()
    #expect(space.writtenEnd == 300)
    // There was no room for the next segment, so the next record goes into this one.
    #expect(try space.allocate(atLeast: 400))
    let end = space.writtenEnd
    #expect(end > 400)
    try space.grow()
    #expect(space.writtenEnd > end)
    #expect(try file.byteCount() == space.writtenEnd)
  }

  @Test(
    "A mapped tail is filled in steps of a mebibyte at most, one that is written in those asked for"
  )
  func steps() {
    func policy(
      _ durability: JournalOptions.Durability, _ byteCount: Int
    ) -> TailPolicy {
      var options = JournalOptions()
      options.durability = durability
      options.preallocationByteCount = byteCount
      return TailPolicy(options)
    }
    let buffered = JournalOptions.Durability.buffered(interval: .seconds(1))
    #expect(policy(buffered, 4 << 20).maximumStep == 1 << 20)
    #expect(policy(buffered, 100).maximumStep == 100)
    #expect(policy(buffered, 0).maximumStep == 0 && !policy(buffered, 0).isMapped)
    #expect(policy(.synced, 4 << 20).maximumStep == 4 << 20)
  }
}

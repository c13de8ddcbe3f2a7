import JournalEngine
import JournalFormat
import StorageSimulator
import Testing
import ToolSupport

@Suite("Rot takes no memory")
struct RotMemoryTests {
  /// Overwrites 32-bit numbers all over a file with ones that are as large as they can be
  /// without being implausible at first sight, and reads and opens the store each time.
  static func enlargeNumbers(in golden: GoldenStore, tries: Int) throws {
    for name in golden.fileNames {
      let bytes = golden.files[name] ?? []
      guard bytes.count > 8 else { continue }
      for offset in stride(
        from: 0, to: bytes.count - 8, by: RotStride.of(bytes.count, tries: tries))
      {
        for number in [UInt64(1 << 30), 0x7FFF_FFFF, UInt64(bytes.count - offset), .max] {
          var rotten = bytes
          rotten.storeUInt32(UInt32(truncatingIfNeeded: number), at: offset)
          let disk = try golden.disk([name: rotten])
          _ = try? disk.readState()
          _ = try? StoreVerifier.verify(disk.store)
          _ = try? disk.open().state()
        }
      }
    }
  }

  @Test("P9: no number in a file makes a store take more than 64 MiB")
  func bounded() async {
    await #expect(processExitsWith: .success) {
      // Once before, so that what every test needs is not counted.
      let stores = GoldenStore.all
      for golden in stores { _ = try golden.disk().open().state() }
      let before = ProcessMemory.peakByteCount
      for golden in stores { try RotMemoryTests.enlargeNumbers(in: golden, tries: 6) }
      let extra = ProcessMemory.peakByteCount - before
      precondition(stores.count == 8 && extra < 64 << 20, "\(extra) bytes more")
    }
  }
}

import JournalFormat
import Testing

@testable import StateJournal

@Suite("Names in support archives")
struct StableNamesTests {
  @Test("The hash is SipHash-2-4, by the vectors of its authors")
  func vectors() {
    // Key 00 01 … 0f; the input of each is 00 01 … of that length.
    let names = StableNames(
      StoreIdentity(high: 0x0F0E_0D0C_0B0A_0908, low: 0x0706_0504_0302_0100))
    for (count, sum) in [
      (0, 0x726F_DB47_DD0E_0E31 as UInt64), (1, 0x74F8_39C5_93DC_67FD),
      (7, 0xAB02_00F5_8B01_D137), (8, 0x93F5_F579_9A93_2462), (15, 0xA129_CA61_49BE_45E5),
    ] {
      #expect(names.sum((0..<count).map { UInt8($0) }) == sum, "\(count) bytes")
    }
  }

  @Test("Stores give the same name different hashes")
  func keyed() {
    let one = StableNames(StoreIdentity(high: 1, low: 2))
    let other = StableNames(StoreIdentity(high: 1, low: 3))
    #expect(one.hash("orders") != other.hash("orders"))
    #expect(one.hash("orders") == one.hash("orders"))
    #expect(one.hash("orders").count == 17)
  }
}

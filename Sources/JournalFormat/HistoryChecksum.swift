/// Sums up all commits of a store up to one of them: CRC-32C of the checksums of their records, in
/// order (`Format.md`, "History").
///
/// A file that begins where another ends says what the history before it summed up to. So files of
/// two histories of one store, such as a restored backup and what it was a copy of, are told apart
/// wherever they meet, even when the histories part in the middle of a segment.
package struct HistoryChecksum: Hashable, Sendable {
  package var rawValue: UInt32

  package init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Before the first commit.
  package static let empty = HistoryChecksum(0)

  /// That of a history which begins anew in the middle, and belongs to no other.
  package static var random: HistoryChecksum { HistoryChecksum(.random(in: .min ... .max)) }

  /// The same with the next commit, whose `record` is stamped.
  package func appending(_ record: Span<UInt8>) -> HistoryChecksum {
    HistoryChecksum(CRC32C.checksum(record.extracting(0..<4), continuing: rawValue))
  }
}

extension HistoryChecksum: CustomStringConvertible {
  package var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// A block: entries in ascending order of their keys, under one checksum.
///
/// ```
///   0   4  size of the block in bytes, this field and the checksum included
///   4   4  number of entries, at least 1
///   8   …  entries
///   …   4  offset in the block of entry 0, of entry 16, of entry 32 …   (restart points)
///   …   4  checksum over salt, offset of the block in the file, and all before
/// ```
///
/// An entry:
///
/// ```
///   varint  key bytes shared with the entry before: as many as are equal; 0 at a restart point
///   varint  key bytes that follow
///   varint  0: the key was removed; n: put with a value of n − 1 bytes
///   varint  `to` of the file − sequence number of the commit
///   …       the rest of the key
///   …       the value
/// ```
///
/// The size at the front lets a rescue walk the blocks without the index.
package struct SnapshotBlock: Sendable {
  /// Size and entry count before the entries.
  static let frontByteCount = 8
  /// The smallest block: one entry with an empty key, one restart point, the checksum.
  package static let minimumByteCount = 20
  /// No block is larger: what fits before the last entry, the largest entry, and what frames them.
  package static let maximumByteCount =
    SnapshotFormat.blockByteCount + SnapshotFormat.maximumEntryByteCount + (1 << 20)

  /// How many entries the block holds.
  package let entryCount: Int
  /// Where the entries end and the restart points begin.
  let entriesEnd: Int
  /// The checksum that ends the block.
  package let checksum: UInt32

  /// Checks the checksum of the block that `bytes` are exactly, and its frame.
  package init(checking bytes: Span<UInt8>, salt: UInt64, offset: Int64) throws(SnapshotDefect) {
    _ = try SnapshotFormat.check(bytes, salt: salt, offset: offset)
    try self.init(checked: bytes)
  }

  /// The frame of a block whose checksum was right before.
  package init(checked bytes: Span<UInt8>) throws(SnapshotDefect) {
    guard bytes.count >= Self.minimumByteCount, Int(bytes.loadUInt32(at: 0)) == bytes.count else {
      throw .malformed(.counts)
    }
    entryCount = Int(bytes.loadUInt32(at: 4))
    checksum = bytes.loadUInt32(at: bytes.count - 4)
    let interval = SnapshotFormat.restartInterval
    let restartByteCount = (entryCount + interval - 1) / interval * 4
    entriesEnd = bytes.count - 4 - restartByteCount
    guard entryCount > 0, entriesEnd > Self.frontByteCount else { throw .malformed(.counts) }
  }

  /// How many restart points there are.
  var restartCount: Int {
    (entryCount + SnapshotFormat.restartInterval - 1) / SnapshotFormat.restartInterval
  }

  /// Where the entry of a restart point begins.
  func restart(_ number: Int, in bytes: Span<UInt8>) throws(SnapshotDefect) -> Int {
    let position = Int(bytes.loadUInt32(at: entriesEnd + 4 * number))
    guard position >= Self.frontByteCount, position < entriesEnd else {
      throw .malformed(.restart)
    }
    return position
  }

  /// The last restart point whose key is not greater than `key`, or nil when all are greater.
  func lastRestart(
    notAfter key: Span<UInt8>, in bytes: Span<UInt8>
  ) throws(SnapshotDefect) -> Int? {
    var low = 0
    var high = restartCount
    while low < high {
      let middle = (low + high) / 2
      let entry = try SnapshotEntryLayout(
        decoding: bytes, at: restart(middle, in: bytes), before: entriesEnd)
      guard entry.sharedByteCount == 0 else { throw .malformed(.restart) }
      if bytes.extracting(entry.suffix).order(comparedTo: key) <= 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low == 0 ? nil : low - 1
  }

  /// Finds the entry of `key`: a binary search over the restart points, then at most sixteen
  /// entries without putting any of their keys together.
  package func find(
    _ key: Span<UInt8>, in bytes: Span<UInt8>
  ) throws(SnapshotDefect) -> SnapshotEntryLayout? {
    guard let group = try lastRestart(notAfter: key, in: bytes) else { return nil }
    let interval = SnapshotFormat.restartInterval
    var position = try restart(group, in: bytes)
    var matched = 0
    for _ in (group * interval)..<min(entryCount, (group + 1) * interval) {
      let entry = try SnapshotEntryLayout(decoding: bytes, at: position, before: entriesEnd)
      position = entry.value.upperBound
      // All keys so far are smaller than `key`, which has `matched` bytes in common with the last
      // of them. One that shares more with that last one is smaller for the same reason; one that
      // shares less grew before the place where `key` did, and so does everything after it.
      if entry.sharedByteCount > matched { continue }
      if entry.sharedByteCount < matched { return nil }
      let suffix = bytes.extracting(entry.suffix)
      let common = suffix.sharedPrefixCount(with: key.extracting(matched..<key.count))
      matched += common
      if common == suffix.count {
        if matched == key.count { return entry }
      } else if matched == key.count || suffix[common] > key[matched] {
        return nil
      }
    }
    return nil
  }
}

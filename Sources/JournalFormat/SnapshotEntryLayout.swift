/// Where the parts of one entry lie in its block. See ``SnapshotBlock``.
package struct SnapshotEntryLayout: Equatable, Sendable {
  /// How many bytes of the key are those of the entry before.
  package let sharedByteCount: Int
  /// The place of the rest of the key in the block.
  package let suffix: Range<Int>
  /// The place of the value in the block; empty for a removal.
  package let value: Range<Int>
  /// Whether the key was removed rather than put.
  package let isRemoval: Bool
  /// How many commits before the last one of the file the change was made.
  package let age: UInt64

  /// Reads the entry at `position`. Every length is checked against `end` before it is believed.
  init(
    decoding bytes: Span<UInt8>, at position: Int, before end: Int
  ) throws(SnapshotDefect) {
    var position = position
    let shared = try SnapshotVarint.read(bytes, at: &position, before: end)
    let suffixCount = try SnapshotVarint.readCount(bytes, at: &position, before: end)
    let valueField = try SnapshotVarint.read(bytes, at: &position, before: end)
    age = try SnapshotVarint.read(bytes, at: &position, before: end)
    isRemoval = valueField == 0
    let valueCount = isRemoval ? 0 : valueField - 1
    guard shared <= UInt64(Int32.max), suffixCount <= end - position,
      valueCount <= UInt64(end - position - suffixCount)
    else { throw .malformed(.length) }
    sharedByteCount = Int(shared)
    suffix = position..<(position + suffixCount)
    value = suffix.upperBound..<(suffix.upperBound + Int(valueCount))
  }

  /// The commit that made the change, which must lie in the range of the file.
  package func sequence(in header: SnapshotHeader) throws(SnapshotDefect) -> LogSequenceNumber {
    guard age < header.sequenceCount else { throw .malformed(.sequence) }
    return LogSequenceNumber(header.to.rawValue - age)
  }
}

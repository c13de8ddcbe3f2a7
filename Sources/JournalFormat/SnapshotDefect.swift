/// What is wrong with the bytes of a part of a snapshot. The engine adds file, offset and sequence
/// numbers.
package enum SnapshotDefect: Error, Equatable, Sendable {
  /// There are fewer bytes than the part needs.
  case short
  /// The file does not begin as a snapshot does.
  case magic
  /// The bytes are not those that were written.
  case checksum(stored: UInt32, computed: UInt32)
  /// The bytes are as they were written, by a newer version of the format.
  case newerVersion(UInt16)
  /// The bytes are as they were written, but break a rule: written by faulty or hostile code.
  case malformed(Rule)

  /// The rules that hold behind a right checksum.
  package enum Rule: String, Equatable, Sendable {
    case range = "the range of log sequence numbers is empty"
    case identity = "header and footer disagree on store or range"
    case places = "the parts of the file do not follow one another"
    case counts = "a count does not fit the bytes that it counts"
    case integer = "an integer is cut off, too large or not in its shortest form"
    case length = "a length reaches past the end of its part"
    case restart = "the restart points do not match the entries"
    case order = "the keys are not in ascending order"
    case sequence = "an entry's sequence number lies outside of the range of the file"
    case index = "the keys of a block are not those that the index announces"
    case filter = "a filter denies a key that its blocks hold"
    case digest = "the digest does not match the blocks"
  }
}

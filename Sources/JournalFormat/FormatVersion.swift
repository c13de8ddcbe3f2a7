/// Which version of the on-disk format this code writes, and the newest that it reads.
package enum FormatVersion {
  /// Written into every header. A header with a right checksum and a higher version was written by
  /// newer software and is refused; see Format.md for what stays fixed in every version.
  package static let current: UInt16 = 1
}

/// What the bytes of a header turn out to be. Damage and novelty part ways here: a checksum is
/// checked first, so that a flipped bit in the version never reads as "newer".
package enum HeaderVerdict<Header> {
  case valid(Header)
  /// Every byte is zero, or there are no bytes: the header was never written.
  case unwritten
  /// A wrong magic number or checksum, or too few bytes.
  case damaged
  /// A right checksum under a version this code does not know.
  case newer(version: UInt16)
}

extension HeaderVerdict: Sendable where Header: Sendable {}
extension HeaderVerdict: Equatable where Header: Equatable {}

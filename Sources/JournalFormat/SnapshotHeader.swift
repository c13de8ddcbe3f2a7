/// The first 80 bytes of a snapshot: whose it is and what it covers.
///
/// ```
///       0               8       10              16
///    0  magic "SJSNAP"  version reserved (zero)
///   16  store identity, high     store identity, low
///   32  from (exclusive)         to (inclusive)
///   48  salt                     created at
///   64  history at from  68 at to   72 reserved (zero)   76 checksum
/// ```
///
/// The magic ends in CR LF, which a transfer in text mode would change. The checksum covers the 76
/// bytes before it and is not seeded: the salt is among them. Every version keeps magic, version
/// and checksum in these places, so that a newer file is told from a damaged one.
package struct SnapshotHeader: Equatable, Sendable {
  /// The size of a header in bytes.
  package static let byteCount = 80
  /// "SJSNAP", carriage return, line feed.
  package static let magic: [UInt8] = [0x53, 0x4A, 0x53, 0x4E, 0x41, 0x50, 0x0D, 0x0A]

  /// The store that the snapshot belongs to.
  package var identity: StoreIdentity
  /// The last commit that the snapshot does *not* cover; zero in a base.
  package var from: LogSequenceNumber
  /// The last commit that it covers.
  package var to: LogSequenceNumber
  /// A random number that seeds every other checksum of the file.
  package var salt: UInt64
  /// When the snapshot was begun, in nanoseconds since 1970 (UTC).
  package var createdAt: Int64
  /// What all commits up to ``from`` sum up to.
  package var historyBefore: HistoryChecksum
  /// What all commits up to ``to`` sum up to.
  package var historyThrough: HistoryChecksum

  package init(
    identity: StoreIdentity, from: LogSequenceNumber, to: LogSequenceNumber, salt: UInt64,
    createdAt: Int64, historyBefore: HistoryChecksum, historyThrough: HistoryChecksum
  ) {
    self.identity = identity
    self.from = from
    self.to = to
    self.salt = salt
    self.createdAt = createdAt
    self.historyBefore = historyBefore
    self.historyThrough = historyThrough
  }

  /// Whether the snapshot holds the whole state rather than what changed.
  package var isBase: Bool { from == .zero }

  /// How many commits the snapshot covers.
  package var sequenceCount: UInt64 { to.rawValue - from.rawValue }

  /// Appends the 80 bytes.
  package func encode(into output: inout [UInt8]) {
    let start = output.count
    output += Self.magic
    output.appendUInt16(SnapshotFormat.version)
    output.append(zeros: 6)
    output.appendUInt64(identity.high)
    output.appendUInt64(identity.low)
    output.appendUInt64(from.rawValue)
    output.appendUInt64(to.rawValue)
    output.appendUInt64(salt)
    output.appendUInt64(UInt64(bitPattern: createdAt))
    output.appendUInt32(historyBefore.rawValue)
    output.appendUInt32(historyThrough.rawValue)
    output.appendUInt32(0)
    output.appendUInt32(CRC32C.checksum(output.span.extracting(start..<output.count)))
  }

  /// Reads the header that `bytes` begin with.
  package init(decoding bytes: Span<UInt8>) throws(SnapshotDefect) {
    guard bytes.count >= Self.byteCount else { throw .short }
    guard bytes.begins(with: Self.magic.span) else { throw .magic }
    let stored = bytes.loadUInt32(at: 76)
    let computed = CRC32C.checksum(bytes.extracting(0..<76))
    guard stored == computed else { throw .checksum(stored: stored, computed: computed) }
    let version = bytes.loadUInt16(at: 8)
    guard version <= SnapshotFormat.version else { throw .newerVersion(version) }

    identity = StoreIdentity(high: bytes.loadUInt64(at: 16), low: bytes.loadUInt64(at: 24))
    from = LogSequenceNumber(bytes.loadUInt64(at: 32))
    to = LogSequenceNumber(bytes.loadUInt64(at: 40))
    salt = bytes.loadUInt64(at: 48)
    createdAt = Int64(bitPattern: bytes.loadUInt64(at: 56))
    historyBefore = HistoryChecksum(bytes.loadUInt32(at: 64))
    historyThrough = HistoryChecksum(bytes.loadUInt32(at: 68))
    guard from < to else { throw .malformed(.range) }
  }
}

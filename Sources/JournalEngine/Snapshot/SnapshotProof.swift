import FileIO
import JournalFormat
import Synchronization

/// Which snapshots are right, every block of them, because this process has read them.
///
/// That a snapshot can be opened says nothing of its blocks, which may have gone bad where nobody has
/// read since. Each is read once: what was found out is remembered as long as the file is there.
/// Memory: some bytes for each snapshot.
final class SnapshotProof: Sendable {
  /// What is known of a snapshot.
  enum Answer {
    case sound
    case damaged(JournalError)
    /// It was not read to the end.
    case unknown
    /// It cannot be read now, and may be right.
    case unreadable(JournalError)
  }

  /// A file: another one that comes to cover the same range has another salt.
  private struct Identity: Hashable {
    var range: SnapshotRange
    var salt: UInt64
  }

  private struct Standing {
    /// How many blocks, from the first one on, are right.
    var checkedCount = 0
    var damage: JournalError?
  }

  private let standings = Mutex<[Identity: Standing]>([:])

  /// What is known of a snapshot, which is read as far as it was not yet.
  ///
  /// - Parameters:
  ///   - pace: how reading shares the device with commits.
  ///   - isEnough: whether to leave the rest for another time, after so many bytes.
  func check(
    _ range: SnapshotRange, in directory: any Directory, of store: StoreIdentity?,
    pace: inout WriteOutPace, until isEnough: (_ byteCount: Int64) -> Bool
  ) -> Answer {
    let reader: SnapshotReader
    do {
      reader = try SnapshotReader(
        opening: FileName.snapshot(range).text, in: directory, expecting: store,
        covering: (from: range.after, to: range.through))
    } catch {
      return .unreadable(error)
    }
    let identity = Identity(range: range, salt: reader.source.header.salt)
    var standing = standings.withLock { $0[identity] } ?? Standing()
    if let damage = standing.damage { return .damaged(damage) }
    defer { standings.withLock { $0[identity] = standing } }
    do {
      try reader.checkBlocks(from: &standing.checkedCount, pace: &pace, until: isEnough)
      return standing.checkedCount == reader.index.blockCount ? .sound : .unknown
    } catch {
      guard case .damage = error.reason else { return .unreadable(error) }
      standing.damage = error
      return .damaged(error)
    }
  }

  /// The first of these that is not known to be right, and what is known of it. Where there is none, every
  /// block is right: what they hold may go where else it stands.
  ///
  /// - Parameter isCancelled: whether to give up, which proves nothing.
  func firstDoubt(
    among ranges: [SnapshotRange], in directory: any Directory, of store: StoreIdentity?,
    unless isCancelled: () -> Bool = { false }
  ) -> (range: SnapshotRange, answer: Answer)? {
    var pace = WriteOutPace { false }
    for range in ranges {
      let answer = check(
        range, in: directory, of: store, pace: &pace, until: { _ in isCancelled() })
      if case .sound = answer { continue }
      return (range, answer)
    }
    return nil
  }

  /// Forgets the files that are there no more.
  func keep(_ snapshots: [SnapshotRange]) {
    standings.withLock { standings in
      if standings.isEmpty { return }
      let listed = Set(snapshots)
      standings = standings.filter { listed.contains($0.key.range) }
    }
  }
}

extension SnapshotReader {
  private static let pieceByteCount: Int64 = 1 << 20

  /// Reads blocks and compares their checksums, from one on until all have been read or `isEnough`,
  /// which is asked behind each mebibyte. Memory: one block.
  ///
  /// - Parameter ordinal: moves behind the last block that is right.
  /// - Throws: damage of a block; `io`.
  fileprivate func checkBlocks(
    from ordinal: inout Int, pace: inout WriteOutPace, until isEnough: (Int64) -> Bool
  ) throws(JournalError) {
    var buffer: [UInt8] = []
    var byteCount: Int64 = 0
    while ordinal < index.blockCount {
      try pace.read { () throws(JournalError) in
        let limit = byteCount + Self.pieceByteCount
        while ordinal < index.blockCount, byteCount < limit {
          let place = index.block(ordinal)
          try source.read(place, into: &buffer, part: .block)
          _ = try source.check(buffer.span.extracting(0..<place.count), at: place.lowerBound)
          byteCount += Int64(place.count)
          ordinal += 1
        }
      }
      if isEnough(byteCount) { return }
    }
  }
}

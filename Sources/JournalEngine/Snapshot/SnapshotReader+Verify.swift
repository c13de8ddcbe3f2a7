import JournalFormat

/// One damaged block of a snapshot.
package struct SnapshotDamage: Equatable, Sendable {
  /// The place of the block in the file.
  package var bytes: Range<Int64>
  /// No key in the block is smaller, as the index has it.
  package var firstKey: [UInt8]
  /// All keys in the block are smaller than this one, or nil for the last block, which ends with
  /// the last key of the file.
  package var keyLimit: [UInt8]?
  /// What is wrong with it.
  package var error: JournalError
}

/// What a full check of a snapshot found.
package struct SnapshotVerification: Equatable, Sendable {
  /// Every damaged block, in the order of the file.
  package var damages: [SnapshotDamage] = []
  /// What is wrong with the file as a whole: counts or digest do not match sound blocks.
  package var summaryError: JournalError?
  /// What is wrong with filters. Nothing is lost with them: look-ups do without.
  package var filterErrors: [JournalError] = []
  /// How many entries are sound.
  package var entryCount = 0

  /// Whether every byte is as it was written and every rule holds.
  package var isSound: Bool { damages.isEmpty && summaryError == nil && filterErrors.isEmpty }
}

extension SnapshotReader {
  /// Reads every filter and block and checks it all: checksums, order, restart points, sequence
  /// numbers, index, filters, counts and digest. Header, footer, removed prefixes and index were checked at opening.
  /// Goes on past damage, a block that cannot be read included, so that all of it is reported.
  ///
  /// - Parameter progress: receives how many bytes have been checked and how many entries are sound so
  ///   far, block by block.
  package func verify(
    progress: (_ byteCount: Int64, _ entryCount: Int) -> Void = { _, _ in }
  ) -> SnapshotVerification {
    var result = SnapshotVerification()
    var tally = SnapshotTally()
    var walker = SnapshotBlockWalker()
    var buffer: [UInt8] = []
    var filter = SnapshotFilter()
    for ordinal in 0..<index.blockCount {
      if let number = index.filter(ofBlock: ordinal),
        ordinal % SnapshotFilter.blocksPerFilter == 0
      {
        filter = SnapshotFilter()
        do {
          filter = try self.filter(number)
        } catch {
          result.filterErrors.append(error)
        }
      }
      let place = index.block(ordinal)
      do throws(JournalError) {
        try source.read(place, into: &buffer, part: .block)
        let bytes = buffer.span.extracting(0..<place.count)
        let block = try source.check(bytes, at: place.lowerBound)
        do throws(SnapshotDefect) {
          try tally.add(
            block, bytes, ordinal: ordinal, index: index, filter: filter,
            header: source.header, walker: &walker)
        } catch {
          // The next block is held to its own rules, not to a key that may be wrong.
          walker.forgetOrder()
          throw source.error(error, .block, at: place.lowerBound)
        }
      } catch {
        let next = ordinal + 1
        result.damages.append(
          SnapshotDamage(
            bytes: place, firstKey: index.separator(ordinal),
            keyLimit: next < index.blockCount ? index.separator(next) : nil, error: error))
      }
      progress(place.upperBound, Int(clamping: tally.entryCount))
    }
    if result.damages.isEmpty {
      do throws(SnapshotDefect) {
        try tally.check(against: footer)
      } catch {
        result.summaryError = source.error(
          error, .footer, at: source.byteCount - Int64(SnapshotFooter.byteCount))
      }
    }
    result.entryCount = Int(clamping: tally.entryCount)
    progress(source.byteCount, result.entryCount)
    return result
  }
}

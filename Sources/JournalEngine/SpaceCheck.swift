import FileIO

extension Directory {
  /// Refuses early where the file system has too little room: what is begun and fills a disk takes the
  /// room that commits need.
  ///
  /// - Parameter purpose: what needs it, as the beginning of a sentence.
  /// - Throws: ``JournalError/Reason/outOfSpace(_:)``; what asking for it throws.
  package func requireSpace(
    _ byteCount: Int64, for purpose: String = "it"
  ) throws(JournalError) {
    let available: Int64
    do {
      available = try availableByteCount()
    } catch {
      throw JournalError(error)
    }
    if available < byteCount {
      throw JournalError(
        .outOfSpace(IOFailure(.space, path: path, code: IOFailure.noSpaceCode)), file: path,
        detail: "\(purpose) needs about \(byteCount) bytes and \(available) are free; free some"
          + " space and try again, nothing was begun")
    }
  }
}

extension JournalView {
  /// The most bytes that the state takes in a snapshot of its own, as far as the files tell before
  /// they are merged.
  package var snapshotByteCountLimit: Int64 { SnapshotEstimate.limit(of: inputByteCount) }
}

/// How large a snapshot may get.
package enum SnapshotEstimate {
  /// The most bytes that a snapshot takes which is made of entries and files of that size.
  package static func limit(of inputByteCount: Int64) -> Int64 {
    inputByteCount.adding(clamping: inputByteCount / 8).adding(clamping: 64 << 10)
  }
}

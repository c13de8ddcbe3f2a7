package import FileIO
package import JournalFormat

/// Puts the files of a store back to what they were before a repair or a rewind, byte for byte.
package enum RepairUndo {
  /// What is there now goes into a bundle of its own
  /// first, so that this can be undone as well. Interrupted, it is run again.
  ///
  /// - Parameters:
  ///   - name: the bundle, with or without the quarantine before it.
  ///   - onProgress: told how far the copies of what is there now have come, and then the originals.
  /// - Throws: ``JournalError/Reason/locked(_:)``; ``JournalError/Reason/notFound`` when there is no such bundle;
  ///   ``JournalError/Reason/refused`` when a file that the repair left as it was has changed since;
  ///   damage when a copy is not what it was.
  package static func run(
    _ name: String, in directory: any Directory, at time: Int64 = WallClock.now,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> RepairReport {
    try DirectoryLock.holdingBoth(in: directory, at: time) { () throws(JournalError) in
      try apply(name, in: directory, at: time, onProgress: onProgress)
    }
  }

  /// Checks every byte of a bundle, and what it has no copies of. Takes no lock and writes nothing.
  ///
  /// - Returns: the last commit that was there before anything that an undoing takes back; zero where
  ///   the bundle does not say it.
  /// - Throws: as ``run(_:in:at:onProgress:)``.
  package static func check(
    _ name: String, in directory: any Directory
  ) throws(JournalError) -> LogSequenceNumber {
    let bundle = try open(name, in: directory)
    try checkKept(bundle, in: directory)
    return bundle.through ?? .zero
  }

  private static func open(
    _ name: String, in directory: any Directory
  ) throws(JournalError) -> OriginalsBundle {
    try OriginalsBundle.open(String(name.split(separator: "/").last ?? ""), of: directory)
  }

  /// The names of the bundles in the quarantine that are whole, in the order of their names.
  package static func bundles(in directory: any Directory) throws(JournalError) -> [String] {
    do throws(IOFailure) {
      let quarantine = try directory.openDirectory(FileName.quarantine.text, creating: false)
      return try quarantine.list().sorted().filter { name in
        let bundle = try? quarantine.openDirectory(name, creating: false)
        return (try? bundle?.list().contains(OriginalsBundle.listName)) ?? false
      }
    } catch {
      if error.isMissing { return [] }
      throw JournalError(error)
    }
  }

  private static func apply(
    _ name: String, in directory: any Directory, at time: Int64,
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> RepairReport {
    let bundle = try open(name, in: directory)
    let listing = try DirectoryListing.read(directory)
    let kept = Set(bundle.originals.filter { !$0.isCopied }.map(\.name))
    try checkKept(bundle, in: directory)
    let changing = Set(listing.storeFileNames).subtracting(kept)
    let saved = try OriginalsBundle.make(
      of: directory, listing: listing, changing: changing, through: bundle.through,
      named: "undo", at: time,
      outOf: changing.clampedSum { directory.keptByteCount(of: $0) }, onProgress: onProgress)
    let originals = bundle.originals.filter(\.isCopied)
    let restored = originals.map(\.name)
    var progress = InspectionProgress(
      byteCount: 0, totalByteCount: originals.clampedSum(of: \.byteCount), recordCount: 0)
    do throws(IOFailure) {
      for name in restored {
        let copy = try directory.openEmptied(name + FileName.temporarySuffix)
        let original = try bundle.directory.openFile(name, .read)
        try original.copyKept(0..<original.byteCount(), into: copy) {
          progress.byteCount += $0
          onProgress(progress)
        }
        try copy.sync()
      }
      for name in restored {
        try directory.rename(name + FileName.temporarySuffix, to: name)
      }
      try directory.sync()
      // The newest first: what is left at any moment still joins.
      let originals = Set(bundle.originals.map(\.name))
      for name in listing.storeFileNames.reversed() where !originals.contains(name) {
        try directory.remove(name)
        try directory.sync()
      }
    } catch {
      throw JournalError(error)
    }
    return RepairReport(
      bundle: FileName.quarantine.text + "/" + saved.name, through: nil, entryCount: nil,
      changedFiles: changing.sorted())
  }

  private static func checkKept(
    _ bundle: OriginalsBundle, in directory: any Directory
  ) throws(JournalError) {
    for original in bundle.originals where !original.isCopied {
      var isSame = false
      do throws(IOFailure) {
        let file = try directory.openFile(original.name, .read)
        isSame = try file.byteCount() == original.byteCount
        if isSame { isSame = try file.checksum(through: original.byteCount) == original.checksum }
        // A checksum over a file that ends with its own is the same whatever the file says.
        if original.name == FileName.watermark.text { isSame = false }
      } catch {
        if !error.isMissing { throw JournalError(error) }
      }
      guard isSame else {
        throw JournalError(
          .refused, file: directory.path + "/" + original.name,
          detail: "it has changed since the repair, and the bundle has no copy of it; "
            + afterChange(of: bundle))
      }
    }
  }

  /// What to do about a bundle that cannot be put back whole.
  private static func afterChange(of bundle: OriginalsBundle) -> String {
    guard bundle.originals.filter(\.isCopied).map(\.name) == [FileName.watermark.text] else {
      return "the files in the bundle can be put back by hand"
    }
    let watermark = (try? WatermarkFile.read(bundle.directory)) ?? nil
    return "the repair replaced WATERMARK alone, which "
      + (watermark.map { "said that commit \($0.durableThrough) was durable" } ?? "was damaged")
      + " and holds no state: \(nothingToTakeBack), and the store goes on as it is"
  }

  /// What the refusal to undo says where leaving it loses nothing.
  package static let nothingToTakeBack = "there is nothing to take back"
}

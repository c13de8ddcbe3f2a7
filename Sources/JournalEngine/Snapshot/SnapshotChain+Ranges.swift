import FileIO
package import JournalFormat

extension SnapshotReader {
  /// The range that the file covers.
  package var range: SnapshotRange { SnapshotRange(after: summary.from, through: summary.to) }
}

extension SnapshotChain {
  /// The store that the files belong to; `nil` when there are none.
  package var store: StoreIdentity? { readers.first?.summary.identity }

  /// The ranges of the files, oldest first.
  package var ranges: [SnapshotRange] { readers.map(\.range) }

  /// The range of the chain's file at a path.
  package func range(ofFileAt path: String) -> SnapshotRange? {
    readers.first { path.hasSuffix("/" + $0.name) }?.range
  }

  /// Whether another file has the name of one of the chain's by now, as when somebody has written a damaged
  /// one anew.
  func isReplaced(_ range: SnapshotRange, in directory: any Directory) -> Bool {
    guard let reader = readers.first(where: { $0.range == range }),
      let own = try? reader.source.file.identity(),
      let named = try? directory.openFile(reader.name, .read).identity()
    else { return false }
    return own != named
  }
}

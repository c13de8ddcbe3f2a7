public import JournalFormat

/// What one run of a backup has done.
public struct BackupReport: Sendable {
  /// The store, whose identity the backup has as well.
  public internal(set) var store: StoreIdentity
  /// The last commit in the backup before; `nil` when there was none, or when it did not open.
  public internal(set) var previous: LogSequenceNumber?
  /// The last commit in the backup now.
  public internal(set) var through: LogSequenceNumber
  /// Files of which anything was copied.
  public internal(set) var copiedFileCount = 0
  /// Bytes that were copied.
  public internal(set) var copiedByteCount: Int64 = 0
  /// Bytes that the backup has now.
  public internal(set) var byteCount: Int64 = 0
  /// Files of the backup that the source does not have any more, and that were removed.
  public internal(set) var removedFiles: [String] = []
  /// Files that were left out because they are damaged; the state does not need them.
  public internal(set) var omittedFiles: [JournalError] = []

  /// The last commit of the source, where it is damaged and nothing tells whether it was acknowledged: the
  /// backup does not have it, and is whole without it.
  public internal(set) var undecidable: InspectionFinding?

  init(store: StoreIdentity, through: LogSequenceNumber) {
    self.store = store
    self.through = through
  }

  /// Whether the backup was what it should be before anything was copied.
  public var isUnchanged: Bool { copiedFileCount == 0 && removedFiles.isEmpty }
}

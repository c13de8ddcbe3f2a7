import JournalEngine
public import JournalFormat

extension JournalInspector {
  /// The object at an address with its version, as of a commit (the last one when it is `nil`);
  /// ``StateVersion/absent`` when it is not there.
  ///
  /// - Throws: as ``forEachEntry(at:of:_:)``, with the journal's error as the cause.
  /// - Complexity: O(bytes of log since the last snapshot), whatever the size of the state.
  public func readVersioned(
    _ address: StateAddress, at sequence: LogSequenceNumber? = nil
  ) throws(StateError) -> VersionedState {
    try readObject(address, at: sequence).found
  }

  /// The same with what was found on the way.
  package func readObject(
    _ address: StateAddress, at sequence: LogSequenceNumber?
  ) throws(StateError) -> (found: VersionedState, report: RecoveryReport) {
    try address.validate()
    let key = StateKeyCoding.key(of: address)
    let read: (found: (value: [UInt8], sequence: LogSequenceNumber)?, report: RecoveryReport)
    do {
      read = try JournalReader.reading(
        path, in: fileSystem, at: sequence, keeping: .key(key), onProgress: onOpeningProgress
      ) {
        (reader) throws(JournalError) in (try reader.view.get(key.span), reader.report)
      }
    } catch {
      throw StateError(error)
    }
    return (try VersionedState.read(address) { _ in read.found } ?? .absent, read.report)
  }
}

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
    try address.validate()
    let key = StateKeyCoding.key(of: address)
    let found: (value: [UInt8], sequence: LogSequenceNumber)?
    do {
      found = try JournalReader.reading(
        path, in: fileSystem, at: sequence, keeping: .key(key), onProgress: onOpeningProgress
      ) {
        (reader) throws(JournalError) in try reader.view.get(key.span)
      }
    } catch {
      throw StateError(error)
    }
    return try VersionedState.read(address) { _ in found } ?? .absent
  }
}

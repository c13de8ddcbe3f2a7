import FileIO

/// A mapping of a simulated file. A store is an operation like any other, of the kind
/// ``FileIO/IOFailure/Operation/store``: it can be the one at which the machine stops, half done
/// if so asked. Faults strike it as well, although no real store reports an error.
final class SimulatedMapping: FileMapping {
  let range: Range<Int64>
  private let file: SimulatedFile

  init(_ range: Range<Int64>, of file: SimulatedFile) {
    self.range = range
    self.file = file
  }

  func store(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) {
    try file.store(bytes, at: offset, within: range)
  }

  func prefault(_ part: Range<Int64>) {}

  func release(_ part: Range<Int64>) {}
}

import FileIO
import JournalFormat

/// A store as it will be once the end of its log is cut: what a plan opens before it says that the cut
/// helps. For reading.
final class CutDirectory: Directory {
  private let base: any Directory
  private let cut: TailCut

  init(_ base: any Directory, _ cut: TailCut) {
    self.base = base
    self.cut = cut
  }

  var path: String { base.path }

  func list() throws(IOFailure) -> [String] {
    try base.list().filter { !cut.removed.contains($0) }
  }

  func undecodableNameCount() throws(IOFailure) -> Int { try base.undecodableNameCount() }

  func openFile(_ name: String, _ access: FileAccess) throws(IOFailure) -> any File {
    let file = try base.openFile(name, .read)
    if name == FileName.watermark.text, let watermark = cut.watermark {
      return CutFile(file, .bytes(watermark.encoded()))
    }
    if let place = cut.cut, place.name == name { return CutFile(file, .front(place.offset)) }
    return file
  }

  func availableByteCount() throws(IOFailure) -> Int64 { try base.availableByteCount() }

  func makeScratchFile() throws(IOFailure) -> (any File)? { try base.makeScratchFile() }

  func openDirectory(_ name: String, creating: Bool) throws(IOFailure) -> any Directory {
    try base.openDirectory(name, creating: false)
  }

  func rename(_ name: String, to newName: String) throws(IOFailure) { CutFile.refuseToWrite() }
  func remove(_ name: String) throws(IOFailure) { CutFile.refuseToWrite() }
  func sync() throws(IOFailure) { CutFile.refuseToWrite() }
}

/// A file as it will be.
private final class CutFile: File {
  enum Content {
    /// The first bytes of what is there.
    case front(Int64)
    case bytes([UInt8])
  }

  private let base: any File
  private let content: Content

  init(_ base: any File, _ content: Content) {
    self.base = base
    self.content = content
  }

  static func refuseToWrite() -> Never { preconditionFailure("a plan writes nothing") }

  var path: String { base.path }

  func read(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    switch content {
    case .front(let end):
      let count = Int(min(Int64(range.count), max(end - offset, 0)))
      return try base.read(
        into: &buffer, range: range.lowerBound..<(range.lowerBound + count), at: offset)
    case .bytes(let bytes):
      let rest = bytes.dropFirst(Int(clamping: offset)).prefix(range.count)
      buffer.replaceSubrange(range.lowerBound..<(range.lowerBound + rest.count), with: rest)
      return rest.count
    }
  }

  func byteCount() throws(IOFailure) -> Int64 {
    switch content {
    case .front(let end): min(try base.byteCount(), end)
    case .bytes(let bytes): Int64(bytes.count)
    }
  }

  func startOfData(from offset: Int64) -> Int64? {
    switch content {
    case .front(let end): base.startOfData(from: offset).flatMap { $0 < end ? $0 : nil }
    case .bytes(let bytes): offset < Int64(bytes.count) ? offset : nil
    }
  }

  func identity() throws(IOFailure) -> FileIdentity { try base.identity() }
  func isLocked(byteAt offset: Int64) throws(IOFailure) -> Bool {
    try base.isLocked(byteAt: offset)
  }
  func close() throws(IOFailure) { try base.close() }

  func write(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) -> Int {
    Self.refuseToWrite()
  }
  func mapForStoring(_ range: Range<Int64>) throws(IOFailure) -> (any FileMapping)? {
    Self.refuseToWrite()
  }
  func truncate(to byteCount: Int64) throws(IOFailure) { Self.refuseToWrite() }
  func sync() throws(IOFailure) { Self.refuseToWrite() }
  func tryLock(byteAt offset: Int64) throws(IOFailure) -> Bool { Self.refuseToWrite() }
  func unlock(byteAt offset: Int64) throws(IOFailure) { Self.refuseToWrite() }
}

package import FileIO
package import JournalFormat

extension SegmentReader {
  /// Opens a segment and checks its header; `nil` when a last segment never got one.
  package static func open(
    _ name: String, in directory: any Directory, first: LogSequenceNumber, isLast: Bool,
    store: StoreIdentity?
  ) throws(JournalError) -> SegmentReader? {
    let file: any File
    let byteCount: Int64
    var bytes = [UInt8](repeating: 0, count: SegmentHeader.byteCount)
    do {
      file = try directory.openFile(name, .read)
      byteCount = try file.byteCount()
      let count = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
      bytes.removeLast(bytes.count - count)
    } catch {
      throw JournalError(error)
    }
    func damage(_ kind: JournalError.Damage, _ detail: String) -> JournalError {
      JournalError(.damage(kind), file: file.path, offset: 0, sequence: first, detail: detail)
    }
    switch SegmentHeader.decode(bytes.span) {
    case .valid(let header):
      guard header.firstSequence == first else {
        throw damage(
          .header, "the header says the first commit is \(header.firstSequence); was it renamed?")
      }
      if let store, store != header.store {
        throw damage(
          .foreignStore, "it belongs to store \(header.store), the others to \(store)")
      }
      return SegmentReader(file: file, name: name, header: header, fileByteCount: byteCount)
    case .newer(let version):
      throw JournalError(
        .newerFormat(version: Int(version)), file: file.path, offset: 0, sequence: first,
        detail: "use a release that knows this version; nothing was changed")
    case .unwritten, .damaged:
      // A header is durable before the first record behind it is acknowledged. So a last segment
      // with nothing behind a bad header holds nothing that anybody was promised.
      let probe = SegmentReader(
        file: file, name: name,
        header: SegmentHeader(
          store: StoreIdentity(high: 0, low: 0), firstSequence: first, salt: 0, previousSalt: 0,
          history: .empty, epoch: 0, createdAt: 0), fileByteCount: byteCount)
      let end = Int64(SegmentHeader.byteCount)
      if isLast, try probe.endOfContent(from: end) == end { return nil }
      throw damage(.header, "the first \(SegmentHeader.byteCount) bytes")
    }
  }
}

package import FileIO
package import JournalFormat

/// The file `WATERMARK`: read at open, replaced as a whole at rotation, compaction and clean close.
package enum WatermarkFile {
  /// The watermark, or `nil` when there is none. A damaged one is an error: it is only ever
  /// replaced by rename after a sync, so no crash can have left it half-written.
  package static func read(_ directory: any Directory) throws(JournalError) -> Watermark? {
    var bytes = [UInt8](repeating: 0, count: Watermark.byteCount)
    let file: any File
    do {
      file = try directory.openFile(FileName.watermark.text, .read)
    } catch {
      if error.isMissing { return nil }
      throw JournalError(error)
    }
    do {
      let count = try file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
      bytes.removeLast(bytes.count - count)
    } catch {
      throw JournalError(error)
    }
    switch Watermark.decode(bytes.span) {
    case .valid(let watermark): return watermark
    case .newer(let version):
      throw JournalError(
        .newerFormat(version: Int(version)), file: file.path, offset: 0,
        detail: "use a release that knows this version; nothing was changed")
    case .unwritten, .damaged:
      throw JournalError(
        .damage(.watermark), file: file.path, offset: 0,
        detail: "how far the log was durable, nothing else says; where `journal-tool verify` finds"
          + " nothing else, `journal-tool repair \(Shell.quoted(directory.path)) -n` shows the one"
          + " that fits the log")
    }
  }

  /// Replaces the watermark. When this returns, the new one is durable.
  package static func write(
    _ watermark: Watermark, in directory: any Directory
  ) throws(IOFailure) {
    let temporary = FileName.watermark.underConstruction
    let file = try directory.openEmptied(temporary)
    try file.writeFully(watermark.encoded().span, at: 0)
    // Synced before the rename: the name must never lead to bytes that are not there.
    try file.sync()
    try directory.rename(temporary, to: FileName.watermark.text)
    try directory.sync()
  }
}

extension Watermark {
  /// Whether `watermark` is still to say that the segment of commits from `first` on was begun.
  static func isOwed(_ watermark: Watermark?, when first: LogSequenceNumber) -> Bool {
    guard let watermark else { return true }
    return watermark.durableThrough < first && !watermark.saysBegun(first)
  }
}

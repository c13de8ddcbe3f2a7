import FileIO
import JournalFormat

/// The files of a store as they were before it was repaired or rewound, in a directory of their own
/// in the quarantine. `ORIGINALS` lists them, is written last, and makes the bundle whole:
///
/// ```
/// state-journal originals 1
/// through 44
/// copied 4096 1a2b3c4d 00000000000000000001.journal
/// kept 812 99aabbcc 00000000000000000041.journal
/// end 5e6f7a8b
/// ```
///
/// with the last commit of the store right after the change, the size and the checksum (CRC-32C) of
/// each, and at the end that of all lines before. What is *kept* was not going to be changed and has
/// no copy.
struct OriginalsBundle {
  struct Original: Equatable {
    var name: String
    var isCopied: Bool
    var byteCount: Int64
    var checksum: UInt32
  }

  static let listName = "ORIGINALS"
  private static let title = "state-journal originals 1"
  private static let maximumListByteCount: Int64 = 16 << 20

  /// The name in the quarantine.
  let name: String
  let directory: any Directory
  var originals: [Original]
  /// The last commit of the store once its files had been changed: an undoing takes back what came
  /// behind it. Nil where the list does not say it.
  var through: LogSequenceNumber?

  /// Copies the files that are to be changed. When this returns, the bundle is whole and durable.
  ///
  /// - Parameters:
  ///   - changed: the names of files that will be changed or removed.
  ///   - through: the last commit of the store once they are.
  ///   - stem: what the bundle is called, with a time behind it.
  ///   - totalByteCount: how many bytes those files have, for `onProgress`.
  static func make(
    of store: any Directory, listing: DirectoryListing, changing changed: Set<String>,
    through: LogSequenceNumber?, named stem: String, at time: Int64,
    outOf totalByteCount: Int64 = 0,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> OriginalsBundle {
    var begun: OriginalsBundle?
    var progress = InspectionProgress(
      byteCount: 0, totalByteCount: totalByteCount, recordCount: 0)
    do throws(IOFailure) {
      let quarantine = try store.openDirectory(FileName.quarantine.text, creating: true)
      try store.sync()
      let name = freeName(stem + "-" + compact(time), among: try quarantine.list())
      let directory = try quarantine.openDirectory(name, creating: true)
      var bundle = OriginalsBundle(
        name: name, directory: directory, originals: [], through: through)
      begun = bundle
      try quarantine.sync()
      for name in listing.storeFileNames {
        let file = try store.openFile(name, .read)
        let byteCount = try file.byteCount()
        let isCopied = changed.contains(name)
        if isCopied {
          let copy = try directory.openEmptied(name)
          try file.copyKept(0..<byteCount, into: copy) {
            progress.byteCount += $0
            onProgress(progress)
          }
          try copy.sync()
        }
        bundle.originals.append(
          Original(
            name: name, isCopied: isCopied, byteCount: byteCount,
            checksum: try file.checksum(through: byteCount)))
      }
      let list = try directory.openEmptied(listName + FileName.temporarySuffix)
      try list.writeFully(bundle.list.span, at: 0)
      try list.sync()
      try directory.rename(listName + FileName.temporarySuffix, to: listName)
      try directory.sync()
      return bundle
    } catch {
      var failure = JournalError(error)
      let isGone = discard(begun, in: store)
      failure.detail += "; nothing was changed"
      if let begun, !isGone {
        failure.detail +=
          ", and what is left of the copies, the directory \(begun.directory.path), which may go"
      }
      throw failure
    }
  }

  /// Removes the copies while every original is still in its place: on a full disk they would take the
  /// room that commits need. Whether nothing is left of them, nor of a quarantine that has nothing else.
  private static func discard(_ bundle: OriginalsBundle?, in store: any Directory) -> Bool {
    do throws(IOFailure) {
      let quarantine = try store.openDirectory(FileName.quarantine.text, creating: false)
      if let bundle {
        for name in try bundle.directory.list() { try bundle.directory.remove(name) }
        try quarantine.removeDirectory(bundle.name)
      }
      let others = try quarantine.list()
      if others.isEmpty { try store.removeDirectory(FileName.quarantine.text) }
      return bundle.map { !others.contains($0.name) } ?? true
    } catch {
      return false
    }
  }

  /// Opens a bundle and checks every byte of it.
  static func open(
    _ name: String, of store: any Directory
  ) throws(JournalError) -> OriginalsBundle {
    var damaged: String?
    do throws(IOFailure) {
      let quarantine = try store.openDirectory(FileName.quarantine.text, creating: false)
      let directory = try quarantine.openDirectory(name, creating: false)
      let list = try directory.openFile(listName, .read)
      let byteCount = min(try list.byteCount(), maximumListByteCount)
      var bytes = [UInt8](repeating: 0, count: Int(byteCount))
      bytes.removeLast(
        bytes.count - (try list.readFully(into: &bytes, range: 0..<bytes.count, at: 0)))
      let listed = parse(bytes)
      if listed == nil { damaged = list.path }
      for original in listed?.originals ?? [] where original.isCopied && damaged == nil {
        let file = try directory.openFile(original.name, .read)
        if try file.byteCount() == original.byteCount,
          try file.checksum(through: original.byteCount) == original.checksum
        {
          continue
        }
        damaged = file.path
      }
      if damaged == nil, let listed {
        return OriginalsBundle(
          name: name, directory: directory, originals: listed.originals, through: listed.through)
      }
    } catch {
      if error.isMissing {
        throw JournalError(
          .notFound, file: store.path + "/" + FileName.quarantine.text + "/" + name,
          detail: "there is no whole bundle of that name; list quarantine/")
      }
      throw JournalError(error)
    }
    throw JournalError(
      .damage(.original), file: damaged ?? store.path,
      detail: "its checksum is wrong, and nothing was put back; what is whole in the bundle can be"
        + " put back by hand, or restore a backup")
  }

  private var list: [UInt8] {
    var text = Self.title + "\n"
    if let through { text += "through \(through)\n" }
    for original in originals {
      text += original.isCopied ? "copied" : "kept"
      text += " \(original.byteCount) \(String(original.checksum, radix: 16)) \(original.name)\n"
    }
    let sum = CRC32C.checksum(Array(text.utf8).span)
    return Array((text + "end \(String(sum, radix: 16))\n").utf8)
  }

  /// What a list says; `nil` when it is not one, or not whole.
  private static func parse(
    _ bytes: [UInt8]
  ) -> (originals: [Original], through: LogSequenceNumber?)? {
    var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard lines.first == title[...], let last = lines.popLast(), last.hasPrefix("end "),
      let sum = UInt32(last.dropFirst(4), radix: 16)
    else { return nil }
    let covered = bytes.count - last.utf8.count - 1
    guard covered >= 0, CRC32C.checksum(bytes.span.extracting(0..<covered)) == sum else {
      return nil
    }
    var originals: [Original] = []
    var through: LogSequenceNumber?
    lines.removeFirst()
    if let line = lines.first, line.hasPrefix("through "),
      let number = UInt64(line.dropFirst("through ".count))
    {
      through = LogSequenceNumber(number)
      lines.removeFirst()
    }
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4, words[0] == "copied" || words[0] == "kept",
        let byteCount = Int64(words[1]), byteCount >= 0,
        let checksum = UInt32(words[2], radix: 16), isOfState(String(words[3]))
      else { return nil }
      originals.append(
        Original(
          name: String(words[3]), isCopied: words[0] == "copied", byteCount: byteCount,
          checksum: checksum))
    }
    return (originals, through)
  }

  /// Whether a name is that of a file which a repair may change. No other can have been: to put one in the
  /// place of `LOCK` would let a second writer in.
  private static func isOfState(_ name: String) -> Bool {
    switch FileName(name) {
    case .segment, .snapshot, .watermark: true
    case .lock, .quarantine, .temporary, nil: false
    }
  }

  private static func freeName(_ stem: String, among taken: [String]) -> String {
    let taken = Set(taken)
    var name = stem
    var number = 1
    while taken.contains(name) {
      number += 1
      name = "\(stem)-\(number)"
    }
    return name
  }

  /// "20240517T083000Z": a time without what file names should not have in them.
  private static func compact(_ time: Int64) -> String {
    UTCTime(secondsSince1970: time / 1_000_000_000).description
      .filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}

extension DirectoryListing {
  /// The names of the files that hold state: what a repair may change.
  var storeFileNames: [String] {
    snapshots.map { FileName.snapshot($0).text } + segments.map { FileName.segment(first: $0).text }
      + (hasWatermark ? [FileName.watermark.text] : [])
  }
}

extension Directory {
  /// About how many bytes a copy of a file takes.
  func keptByteCount(of name: String) -> Int64 {
    (try? openFile(name, .read).keptByteCount().byteCount) ?? 0
  }
}

extension File {
  /// CRC-32C of the first bytes.
  func checksum(through end: Int64) throws(IOFailure) -> UInt32 {
    var buffer = [UInt8](repeating: 0, count: Int(min(256 << 10, max(end, 1))))
    var checksum: UInt32 = 0
    var offset: Int64 = 0
    while offset < end {
      let next = min(startOfData(from: offset) ?? end, end)
      if next > offset {
        checksum = CRC32C.checksum(ofZeros: next - offset, continuing: checksum)
        offset = next
        continue
      }
      let wanted = Int(min(Int64(buffer.count), end - offset))
      let count = try readFully(into: &buffer, range: 0..<wanted, at: offset)
      if count == 0 { break }
      checksum = CRC32C.checksum(buffer.span.extracting(0..<count), continuing: checksum)
      offset += Int64(count)
    }
    return checksum
  }
}

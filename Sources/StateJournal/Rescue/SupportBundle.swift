import FileIO
public import JournalEngine
import JournalFormat

/// What a support archive holds.
public struct SupportBundleReport: Sendable {
  /// The size of the archive in bytes.
  public internal(set) var byteCount: Int64
  /// The names in it.
  public internal(set) var names: [String]
  /// What kept the files from being checked: a format that is newer than this program. The archive
  /// then has the layout and the headers, and the files where they were asked for.
  public internal(set) var unreadable: JournalError?
}

extension JournalRescue {
  /// Writes an archive for whoever is asked for help (a tape archive, `tar`): the layout of the
  /// directory, the headers of all files byte for byte, what opening would find and what a check of
  /// every byte finds, and the files themselves where they are asked for. Takes no lock; nothing in the
  /// store is changed.
  ///
  /// Redacted, it holds no value and no key: names of sources, streams, hosts and programs are replaced
  /// by short hashes that are the same in every archive of the store, and paths begin at the directory.
  /// The key of the hashes is the store's identity, which the headers hold: nobody reads a name from its
  /// hash, and whoever can guess one can confirm it.
  ///
  /// - Parameters:
  ///   - archive: the path of the file. One that is there is replaced when the new one is whole; what
  ///     is no file, such as a link, is refused.
  ///   - isRedacted: whether everything that the job's users would not want to show is left out.
  ///   - includingFiles: whether the segments and snapshots are put in; not together with `isRedacted`.
  ///   - onProgress: called about once per mebibyte while the store is checked and, from zero again, while
  ///     its files are put in.
  /// - Throws: ``JournalError/Reason/refused`` for files in a redacted archive; `notFound`, `notAStore`,
  ///   `io`, `outOfSpace`. When it fails, nothing is left of the archive.
  /// - Complexity: O(bytes of all files); memory is bounded by the longest record.
  @discardableResult
  public func writeSupportBundle(
    to archive: String, isRedacted: Bool = false, includingFiles: Bool = false,
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> SupportBundleReport {
    if isRedacted, includingFiles {
      throw JournalError(
        .refused, file: archive,
        detail: "the files of a store hold its values; leave one of the two")
    }
    let store = try JournalReader.openDirectory(path, in: fileSystem)
    let status = try StatusReader.read(
      store, acceptsNewer: true, onProgress: onOpeningProgress)
    var verification: JournalVerification?
    var newer: JournalError?
    do {
      verification = try StoreVerifier.verify(store, onProgress: onProgress)
    } catch {
      guard case .newerFormat = error.reason else { throw error }
      newer = error
    }
    let content = SupportContent(status, verification, path: path, isRedacted: isRedacted)
    let name = PathText.name(of: archive)
    guard !name.isEmpty else {
      throw JournalError(
        .refused, file: archive, detail: "the name of a file is missing behind the last slash")
    }
    let directory: any Directory
    do {
      directory = try fileSystem.openDirectory(PathText.parent(of: archive), creating: false)
    } catch {
      guard error.isMissing else { throw JournalError(error) }
      throw JournalError(.notFound, file: archive, detail: JournalReader.noParent)
    }
    do {
      // Of what is no file (a pipe, a device, a link), a file would take the place.
      _ = try directory.openFile(name, .read)
    } catch {
      var failure = JournalError(error)
      failure.file = archive
      guard error.isMissing else { throw failure }
    }
    if includingFiles {
      try directory.requireSpace(content.filesByteCount(in: store), for: "the archive")
    }
    let temporary = PathText.unfinishedName()
    onUnfinishedFile?(PathText.parent(of: archive) + "/" + temporary)
    do {
      let file = try directory.openFile(temporary, .createNew)
      do {
        var report = try write(
          content, of: store, to: file, includingFiles: includingFiles, onProgress)
        try file.sync()
        try directory.rename(temporary, to: name)
        try directory.sync()
        report.unreadable = newer
        return report
      } catch {
        try? directory.remove(temporary)
        throw error
      }
    } catch {
      var failure =
        switch error {
        case let error as JournalError: error
        case let failure as IOFailure: JournalError(failure)
        default: JournalError(.unsettled, file: archive, detail: "\(error)")
        }
      // The other name is nobody's business.
      if failure.file.hasSuffix("/" + temporary) { failure.file = archive }
      throw failure
    }
  }

  private func write(
    _ content: SupportContent, of store: any Directory, to file: any File, includingFiles: Bool,
    _ onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) -> SupportBundleReport {
    let now = WallClock.now
    var tar = TarWriter(file, time: now)
    var names: [String] = []
    let files = content.status.files.filter {
      [.segment, .snapshot, .watermark].contains($0.kind)
    }
    var progress = CopyProgress(
      totalByteCount: files.clampedSum { info in
        (try? store.openFile(info.name, .read).keptByteCount().byteCount) ?? 0
      })
    let check = content.verification
    progress.begin(
      byteCount: progress.totalByteCount,
      recordCount: (check?.recordCount ?? 0).adding(clamping: check?.entryCount ?? 0))
    func add(_ name: String, _ lines: [StateValue]) throws(JournalError) {
      try tar.add(name, SupportContent.lines(lines))
      names.append(name)
    }
    try add("about.json", content.about(at: now, hasFiles: includingFiles))
    try add("layout.ndjson", content.layout(quarantine: Self.quarantine(of: store)))
    try add("status.json", content.statusLines())
    try add("verify.ndjson", content.findings())
    for info in files {
      guard let source = try? store.openFile(info.name, .read),
        let byteCount = try? source.byteCount()
      else { continue }
      // Eighty bytes are the header of each, and hold no key.
      let name = "headers/" + info.name
      try tar.add(name, source, byteCount: min(byteCount, 80))
      names.append(name)
      guard includingFiles else { continue }
      // A hole at the end says what the end of the file says, and an archive keeps no holes for whoever
      // unpacks it.
      let end = try? source.keptByteCount().end
      try tar.add("files/" + info.name, source, byteCount: end ?? byteCount) {
        onProgress(progress.pass($0))
      }
      names.append("files/" + info.name)
    }
    try tar.finish()
    return SupportBundleReport(byteCount: tar.byteCount, names: names)
  }

  /// What was set aside, bundles with what is in them.
  private static func quarantine(
    of store: any Directory
  ) -> [(name: String, byteCount: Int64?)] {
    guard let quarantine = try? store.openDirectory(FileName.quarantine.text, creating: false),
      let names = try? quarantine.list()
    else { return [] }
    return names.sorted().flatMap { name -> [(name: String, byteCount: Int64?)] in
      if let file = try? quarantine.openFile(name, .read) { return [(name, try? file.byteCount())] }
      guard let bundle = try? quarantine.openDirectory(name, creating: false),
        let originals = try? bundle.list()
      else { return [(name, nil)] }
      return originals.sorted().map { original in
        (name + "/" + original, try? bundle.openFile(original, .read).byteCount())
      }
    }
  }
}

import FileIO
import JournalEngine
import JournalFormat

extension JournalInspector {
  /// Completes the advice about damage that no compaction removes: what the state as of a label takes
  /// stays, whatever it has become.
  func nameLabels(in verification: inout JournalVerification) {
    guard verification.findings.contains(where: { $0.severity == .covered }),
      let labels = try? labels(), !labels.isEmpty,
      let directory = try? JournalReader.openDirectory(path, in: fileSystem),
      let reach = Self.reach(in: directory)
    else { return }
    let kept = labels.map { (label: $0, files: reach.files(for: $0.sequence)) }
    let place = Shell.quoted(path)
    verification.advise { finding in
      guard finding.severity == .covered, let word = finding.file.split(separator: "/").last,
        let name = FileName(String(word)),
        let label = kept.first(where: { $0.files.contains(name) })?.label
      else { return nil }
      let labelName = Shell.quoted(label.name)
      return "it is kept for the label \(labelName): save the state as of that if it can be read"
        + " (journal-tool replay \(place) --at \(labelName) --into NEWDIR), then journal-tool label"
        + " \(place) \(labelName) --remove and journal-tool compact \(place) --rewrite --keep 0"
    }
  }

  /// As a compaction sees it: a snapshot that can be opened serves, sound or not.
  private static func reach(in directory: any Directory) -> ReachBack? {
    guard let listing = try? DirectoryListing.read(directory) else { return nil }
    let usable = listing.snapshots.filter { range in
      let reader = try? SnapshotReader(
        opening: FileName.snapshot(range).text, in: directory, expecting: nil,
        covering: (from: range.after, to: range.through))
      return reader != nil
    }
    return ReachBack(listing, sound: Set(usable))
  }
}

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
      let listing = try? DirectoryListing.read(directory)
    else { return }
    let damaged = Set(verification.findings.compactMap(Self.snapshot(of:)))
    let reach = ReachBack(listing, sound: Set(listing.snapshots))
    // As a compaction sees it.
    let kept = labels.map { label in
      let way = reach.files(for: label.sequence)
      return (
        label: label,
        files: way.isDisjoint(with: damaged) ? way : reach.files(upTo: label.sequence)
      )
    }
    let place = Shell.quoted(path)
    verification.advise { finding in
      guard finding.severity == .covered, let name = Self.name(of: finding),
        let label = kept.first(where: { $0.files.contains(name) })?.label
      else { return nil }
      let labelName = Shell.quoted(label.name)
      return "it is kept for the label \(labelName): save the state as of that if it can be read"
        + " (journal-tool replay \(place) --at \(labelName) --into NEWDIR), then journal-tool label"
        + " \(place) \(labelName) --remove and journal-tool compact \(place) --rewrite --keep 0"
    }
  }

  private static func name(of finding: InspectionFinding) -> FileName? {
    finding.file.split(separator: "/").last.flatMap { FileName(String($0)) }
  }

  /// The snapshot in which something was found that may keep state from being read.
  private static func snapshot(of finding: InspectionFinding) -> FileName? {
    guard finding.severity > .note, let name = name(of: finding), case .snapshot = name else {
      return nil
    }
    return name
  }
}

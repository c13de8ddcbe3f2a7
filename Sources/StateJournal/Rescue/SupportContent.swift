import FileIO
import JournalEngine
import JournalFormat

/// What a support archive says, as JSON: one object for each line of its files.
struct SupportContent {
  let status: JournalStatus
  /// What a check found; `nil` where the format is newer than this program.
  let verification: JournalVerification?
  let path: String
  let isRedacted: Bool
  private let names: StableNames

  init(
    _ status: JournalStatus, _ verification: JournalVerification?, path: String, isRedacted: Bool
  ) {
    self.status = status
    self.verification = verification
    self.path = path
    self.isRedacted = isRedacted
    names = StableNames(status.store)
  }

  /// What the files take in an archive, with what that needs besides.
  func filesByteCount(in store: any Directory) -> Int64 {
    status.files.clampedSum { file -> Int64 in
      let kept = try? store.openFile(file.name, .read).keptByteCount().byteCount
      return (kept ?? 0).adding(clamping: 2048)
    }.adding(clamping: 64 << 10)
  }

  // MARK: What must not be told

  /// A name of somebody's own: a source, a stream, a host, a program.
  func name(_ text: String) -> StateValue { .string(isRedacted ? names.hash(text) : text) }

  /// The path of a file, or a text with such paths in it, told from the directory on.
  func text(_ text: String) -> StateValue {
    guard isRedacted, !path.isEmpty else { return .string(text) }
    var rest = Array(text.utf8)[...]
    var told: [UInt8] = []
    let secret = Array(path.utf8)
    while let first = rest.first {
      if rest.starts(with: secret) {
        told += Array("DIR".utf8)
        rest = rest.dropFirst(secret.count)
      } else {
        told.append(first)
        rest = rest.dropFirst()
      }
    }
    return .string(String(decoding: told, as: UTF8.self))
  }

  /// The name of a file in the directory: ours as it is, others as what they are.
  func fileName(_ name: String) -> StateValue {
    FileName(name) == nil ? self.name(name) : .string(name)
  }

  private func file(_ path: String) -> StateValue {
    guard let slash = path.lastIndex(of: "/") else { return text(path) }
    let name = String(path[path.index(after: slash)...])
    if !isRedacted || FileName(name) != nil { return text(path) }
    return path == self.path ? "DIR" : self.name(name)
  }

  private func key(_ key: [UInt8]) -> StateValue {
    guard let address = try? StateKeyCoding.address(of: key.span) else {
      return ["key": .string(isRedacted ? names.hash(key) : hexadecimal(key))]
    }
    return [
      "source": name(address.source),
      address.scope == .stream ? "stream" : "other": name(address.name),
    ]
  }

  /// A bound may be a part of a key only.
  private func bound(_ key: [UInt8]) -> StateValue {
    .string(isRedacted ? names.hash(key) : hexadecimal(key))
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "") { text, byte in
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }

  private func number(_ number: (some BinaryInteger)?) -> StateValue {
    number.map { .int(Int64(clamping: $0)) } ?? .null
  }

  private func number(_ sequence: LogSequenceNumber?) -> StateValue { number(sequence?.rawValue) }

  // MARK: Files of the archive

  /// What was made, where and how.
  func about(at time: Int64, hasFiles: Bool) -> [StateValue] {
    [
      [
        "schema": "state-journal/bundle/1", "format": .int(Int64(FormatVersion.current)),
        "made_ns": .int(time), "directory": isRedacted ? "DIR" : .string(path),
        "redacted": .bool(isRedacted), "has_files": .bool(hasFiles),
        "store": status.store.map { .string($0.description) } ?? .null,
      ]
    ]
  }

  /// The files of the directory.
  func layout(quarantine: [(name: String, byteCount: Int64?)]) -> [StateValue] {
    status.files.map { file in
      [
        "name": fileName(file.name), "kind": .string(file.kind.rawValue),
        "bytes": number(file.byteCount), "first_lsn": number(file.first),
        "last_lsn": number(file.last), "superseded": .bool(file.isSuperseded),
      ]
    }
      + quarantine.map { file in
        [
          "name": isRedacted ? name(file.name) : .string(file.name), "kind": "quarantine",
          "bytes": number(file.byteCount),
        ]
      }
  }

  /// What opening would find.
  func statusLines() -> [StateValue] {
    let report = status.recovery
    return [
      [
        "last_lsn": number(report?.lastSequence), "durable_lsn": number(report?.durableSequence),
        "snapshot_lsn": number(report?.snapshotSequence),
        "replay_commits": number(report?.replayedCommitCount),
        "replay_bytes": number(report?.replayedByteCount),
        "watermark_lsn": number(status.watermark), "last_commit_ns": number(status.lastCommitTime),
        "closed_cleanly": status.closedCleanly.map(StateValue.bool) ?? .null,
        "session": number(status.lastSession?.number),
        "program": status.lastSession?.program.map(name) ?? .null,
        "host": status.lastSession?.host.map(name) ?? .null,
        "has_writer": .bool(status.writer != nil),
        "has_compaction": .bool(status.compactor != nil),
        "failure": status.failure.map { text($0.description) } ?? .null,
      ]
    ]
  }

  /// Every finding, and the sum of them.
  func findings() -> [StateValue] {
    guard let verification else {
      return [["error": status.failure.map { text($0.description) } ?? .null]]
    }
    let lines: [StateValue] = verification.findings.map { finding in
      [
        "severity": .string(finding.severity.rawValue), "kind": .string(finding.kind.description),
        "file": file(finding.file), "offset": number(finding.offset),
        "bytes": number(finding.byteCount), "lsn": number(finding.sequence),
        "last_lsn": number(finding.lastSequence), "detail": text(finding.detail),
        "keys": .array(finding.keysAtRisk.map(key)),
        "first_key": finding.keyRange.map { bound($0.lowerBound) } ?? .null,
        "key_limit": finding.keyRange?.upperBound.map(bound) ?? .null,
      ]
    }
    let sum: StateValue = [
      "state_intact": .bool(verification.isStateIntact), "damaged": .bool(verification.isDamaged),
      "last_lsn": number(verification.lastSequence),
      "snapshot_lsn": number(verification.snapshotSequence),
      "segments": number(verification.segmentCount),
      "snapshots": number(verification.snapshotCount),
      "records": number(verification.recordCount), "entries": number(verification.entryCount),
      "bytes": number(verification.byteCount),
      "lost": .array(
        verification.lostSequences.map {
          ["lsn": number($0.lowerBound), "last_lsn": number($0.upperBound)]
        }),
    ]
    return lines + [sum]
  }

  /// The bytes of a file of lines.
  static func lines(_ values: [StateValue]) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in values {
      // Every value here is one that JSON can hold.
      try? value.appendJSON(to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }
}

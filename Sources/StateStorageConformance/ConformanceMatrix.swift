/// Which storages keep which promises.
public struct ConformanceMatrix: Sendable {
  /// What came of one promise of one storage.
  public enum Outcome: Sendable {
    /// It is kept.
    case kept
    /// The storage does not make it.
    case notMade
    /// It is broken, and how.
    case broken(String)
  }

  /// The storages, one column each.
  public private(set) var storages: [String] = []
  /// The promises, one row each.
  public let promises = ConformanceCase.all.map(\.name)
  /// What came of each promise, in the order of ``promises``, for each storage.
  public private(set) var outcomes: [[Outcome]] = []

  /// Runs every case on every storage, one after the other.
  ///
  /// - Parameters:
  ///   - storages: the columns.
  ///   - directory: where storages get their directories; the system's temporary one when nil.
  ///   - progress: called before each case with the storage and the promise.
  public init(
    _ storages: [StorageUnderTest], in directory: String? = nil,
    progress: (_ storage: String, _ promise: String) -> Void = { _, _ in }
  ) async {
    for storage in storages {
      var column: [Outcome] = []
      for test in ConformanceCase.all {
        guard test.applies(to: storage) else {
          column.append(.notMade)
          continue
        }
        progress(storage.name, test.name)
        do {
          try await test.run(on: storage, in: directory)
          column.append(.kept)
        } catch {
          column.append(.broken("\(error)"))
        }
      }
      self.storages.append(storage.name)
      outcomes.append(column)
    }
  }

  /// The broken promises: which storage, which promise, and how.
  public var broken: [(storage: String, promise: String, how: String)] {
    var broken: [(storage: String, promise: String, how: String)] = []
    for (storage, column) in zip(storages, outcomes) {
      for case (let promise, .broken(let how)) in zip(promises, column) {
        broken.append((storage, promise, how))
      }
    }
    return broken
  }
}

extension ConformanceMatrix: CustomStringConvertible {
  /// A table in Markdown: yes, no, or a dash for what a storage does not promise.
  public var description: String {
    let width = promises.map(\.count).max() ?? 0
    var lines = [row("promise", storages, width: width)]
    lines.append(
      row(
        String(repeating: "-", count: width),
        storages.map { String(repeating: "-", count: $0.count) }, width: width))
    for (index, promise) in promises.enumerated() {
      lines.append(row(promise, outcomes.map { $0[index].word }, width: width))
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ title: String, _ cells: [String], width: Int) -> String {
    let title = title + String(repeating: " ", count: width - title.count)
    let padded = zip(cells, storages).map { cell, storage in
      cell + String(repeating: " ", count: max(storage.count - cell.count, 0))
    }
    return "| \(([title] + padded).joined(separator: " | ")) |"
  }
}

extension ConformanceMatrix.Outcome {
  fileprivate var word: String {
    switch self {
    case .kept: "yes"
    case .notMade: "–"
    case .broken: "NO"
    }
  }
}
